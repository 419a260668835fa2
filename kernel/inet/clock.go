package inet

import (
	"time"
	"unsafe"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// clock is the stack's clock. It is asked about twenty times for each request of
// a web server, and the stack's own, NewStdClock, goes each time through four
// calculations with calendar times to add two numbers.
type clock struct {
	tcpip.Clock // wall time and timers
	start       time.Time
}

func newClock() *clock { return &clock{tcpip.NewStdClock(), time.Now()} }

// NowMonotonic implements tcpip.Clock.
func (c *clock) NowMonotonic() tcpip.MonotonicTime { return monotonic(time.Since(c.start)) }

// monotonic returns the moment so long after zero: what the zero value's Add
// does, whose type has no other way to be made.
func monotonic(d time.Duration) tcpip.MonotonicTime {
	return *(*tcpip.MonotonicTime)(unsafe.Pointer(&d))
}

// A MonotonicTime is one number.
var _ = [1]struct{}{}[unsafe.Sizeof(tcpip.MonotonicTime{})-unsafe.Sizeof(time.Duration(0))]
