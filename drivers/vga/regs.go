package vga

// VGA registers (IBM VGA technical reference).
const (
	crtcIndex     = 0x3d4 // of a colour adapter
	crtcData      = 0x3d5
	crtcCursorLow = 0x0f

	graphicsIndex = 0x3ce
	graphicsData  = 0x3cf
	graphicsMisc  = 0x06
	miscGraphics  = 1 << 0 // graphics mode; text mode when clear
	miscMap       = 3 << 2 // where the frame buffer is
	miscMapText   = 3 << 2 // 32 KiB at 0xb8000
)
