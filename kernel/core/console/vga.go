package console

import "eggcup/kernel/core/raw"

const (
	columns     = 80
	rows        = 25
	windowCells = 32 * 1024 / 2 // cells of two bytes in the frame buffer
	windowRows  = windowCells / columns
	greyOnBlack = 0x0700
	blank       = greyOnBlack | ' '
	tabWidth    = 8
)

// textScreen is an 80x25 screen. The text lives in memory, as a ring of rows,
// and is only ever written to the frame buffer: reads from VGA memory are slow,
// under an emulator very much so. Scrolling moves the start address of the
// display instead of the text; only when the end of the frame buffer is reached
// the text is painted anew at its begin.
type textScreen struct {
	base   uintptr // the frame buffer, or 0
	first  int     // row of the frame buffer that is shown on top
	top    int     // row of text that is shown on top
	row    int     // cursor, relative to the top
	column int
	text   [rows][columns]uint16
}

// clear makes every cell blank.
func (s *textScreen) clear() {
	for r := range s.text {
		for c := range s.text[r] {
			s.text[r][c] = blank
		}
	}
}

// attach paints the text into the frame buffer at base.
func (s *textScreen) attach(base uintptr) {
	s.base = base
	setCRTC(crtcCursorStart, 14) // an underline, lines 14 and 15 of a cell
	setCRTC(crtcCursorEnd, 15)
	s.repaint()
	s.moveCursor()
}

// put shows one byte at the cursor; LF also returns the carriage.
func (s *textScreen) put(c byte) {
	switch c {
	case '\n':
		s.newline()
	case '\r':
		s.column = 0
	case '\b':
		if s.column > 0 {
			s.column--
		}
	case '\t':
		s.put(' ')
		for s.column%tabWidth != 0 {
			s.put(' ')
		}
	default:
		if c < ' ' {
			return
		}
		if s.column == columns {
			s.newline()
		}
		s.set(s.row, s.column, greyOnBlack|uint16(c))
		s.column++
	}
}

// newline moves the cursor to the begin of the next row and scrolls if there
// is none.
func (s *textScreen) newline() {
	s.column = 0
	if s.row < rows-1 {
		s.row++
		return
	}
	s.top = (s.top + 1) % rows
	for c := range columns {
		s.text[(s.top+rows-1)%rows][c] = blank
	}
	if s.base == 0 {
		return
	}
	s.first++
	if s.first+rows > windowRows {
		s.repaint()
		return
	}
	for c := 0; c < columns; c++ {
		s.show(rows-1, c, blank)
	}
	s.setStart()
}

// repaint writes all text to the begin of the frame buffer.
func (s *textScreen) repaint() {
	s.first = 0
	for r := 0; r < rows; r++ {
		for c := 0; c < columns; c++ {
			s.show(r, c, s.text[(s.top+r)%rows][c])
		}
	}
	s.setStart()
}

// set changes a cell of the text and of the frame buffer.
func (s *textScreen) set(row, column int, cell uint16) {
	s.text[(s.top+row)%rows][column] = cell
	if s.base != 0 {
		s.show(row, column, cell)
	}
}

// show writes a cell to the frame buffer.
func (s *textScreen) show(row, column int, cell uint16) {
	raw.Store16(s.base+uintptr((s.first+row)*columns+column)*2, cell)
}

// setStart shows the frame buffer from its row first on.
func (s *textScreen) setStart() {
	cell := s.first * columns
	setCRTC(crtcStartHigh, uint8(cell>>8))
	setCRTC(crtcStartLow, uint8(cell))
}

// moveCursor puts the blinking cursor where the next byte goes.
func (s *textScreen) moveCursor() {
	if s.base == 0 {
		return
	}
	cell := (s.first+s.row)*columns + min(s.column, columns-1)
	setCRTC(crtcCursorHigh, uint8(cell>>8))
	setCRTC(crtcCursorLow, uint8(cell))
}

// setCRTC writes one register of the CRT controller.
func setCRTC(index, value uint8) {
	out8(crtcIndex, index)
	out8(crtcData, value)
}
