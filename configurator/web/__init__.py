"""`eggcup menuconfig --web`: the terminal's editor in a browser on this machine.

gate (who is let in) / server (textual-serve, which runs the editor and sends its screen over a websocket). Needs the
extra `eggcup[web]`; nothing else imports aiohttp.
"""
