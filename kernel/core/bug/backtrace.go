package bug

import "eggcup/kernel/core/raw"

// maxDepth bounds a backtrace, so that a chain that bites its tail ends.
const maxDepth = 48

const wordSize = 8

// walker steps from a function to its caller along the frame pointers that the
// compiler keeps in BP (the frame holds the caller's BP, and above it the
// return address). Nothing on the way is trusted.
type walker struct {
	pc, bp   uintptr
	readable func(addr uintptr) bool
}

// start begins at a trap. The function that was interrupted may not have
// pushed its frame yet, or may have none: the stack depth that the symbol
// tables give for ip says where its return address is. It reports whether
// there is a caller.
func (w *walker) start(ip, sp, bp uintptr) bool {
	w.bp = bp
	f := find(ip)
	if f.info == 0 {
		// A call of a bad address: the return address has just been pushed.
		return w.returnTo(sp)
	}
	depth, ok := f.value(funcSP, ip)
	if !ok || depth < 0 {
		return w.next()
	}
	at := sp + uintptr(depth)
	if depth >= wordSize && w.word(at-wordSize) {
		w.bp = raw.Load(at - wordSize)
	}
	return w.returnTo(at)
}

// next steps to the caller and reports whether there is one.
func (w *walker) next() bool {
	frame := w.bp
	if !w.word(frame) {
		return false
	}
	w.bp = raw.Load(frame)
	return w.returnTo(frame + wordSize)
}

// returnTo takes the return address at an address of the stack.
func (w *walker) returnTo(at uintptr) bool {
	if !w.word(at) {
		return false
	}
	w.pc = raw.Load(at)
	return find(w.pc).info != 0
}

// word reports whether there is a readable word at an address.
func (w *walker) word(at uintptr) bool {
	return at != 0 && at%wordSize == 0 && w.readable(at) && w.readable(at+wordSize-1)
}
