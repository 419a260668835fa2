// pprof takes a CPU profile of itself and reads the profile back: the function that burns the time must dominate it.
package main

import (
	"bytes"
	"runtime/pprof"
	"syscall"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

var sink uint64

// burn works for as long as the processor's time says: a host that has other work to do takes no sample meanwhile.
//
//go:noinline
func burn(d time.Duration) {
	x := uint64(88172645463325252)
	for start := spent(); spent()-start < d; {
		x = mix(x)
	}
	sink = x
}

// spent returns the processor's time that this program has taken.
func spent() time.Duration {
	var usage syscall.Rusage
	check.Must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage), "read the processor's time")
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

//go:noinline
func mix(x uint64) uint64 {
	for range 20000 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

func main() {
	var encoded bytes.Buffer
	check.Must(pprof.StartCPUProfile(&encoded), "start the profile")
	burn(time.Second)
	pprof.StopCPUProfile()
	check.That(true, "start the profile", "")

	profile, err := parse(encoded.Bytes())
	check.Must(err, "parse the profile")
	total, hot := profile.samples("main.mix")
	check.Note("%d samples, %d in main.mix, period %d ns", total, hot, profile.period)
	// 100 samples a second are asked for; a slow host may lose some of the guest's.
	check.That(total >= 50 && total <= 150, "about a hundred samples in a second", "%d", total)
	check.That(hot*10 >= total*8, "the hot function dominates", "%d of %d", hot, total)
	_, callers := profile.samples("main.burn")
	check.That(callers >= hot, "its caller is on the stacks", "%d of %d", callers, hot)
	check.Done()
}
