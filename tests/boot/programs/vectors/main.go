// vectors computes in vector registers while the kernel takes the processor away, and compares with the same computation in
// ordinary Go. Two threads hold different values, so that a register that is not saved, or is restored from the wrong thread,
// shows at once.
//
// Go's own switches between goroutines never happen inside an assembly routine; the switches that count here are those by
// the kernel: timer interrupts, threads that wake up, and signal frames.
package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

func cpuid(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)
func xgetbv() uint32
func holdX87(values *[8]float64, rounding uint16, mxcsr uint32, n int) (rounding2 uint16, mxcsr2 uint32)
func hold512(vectors *[32][8]uint64, mask uint64, n int) uint64

// features says which vector registers the processor has and the kernel has switched on (Intel SDM volume 1, 14.3, 15.2).
func features() (avx2, avx512 bool) {
	const osxsave, avx, avx2Bit, avx512F, avx512BW = 1 << 27, 1 << 28, 1 << 5, 1 << 16, 1 << 30
	const stateAVX, stateAVX512 = 0x6, 0xe6
	_, _, ecx, _ := cpuid(1, 0)
	if ecx&osxsave == 0 || ecx&avx == 0 {
		return false, false
	}
	_, ebx, _, _ := cpuid(7, 0)
	xcr0 := xgetbv()
	avx2 = ebx&avx2Bit != 0 && xcr0&stateAVX == stateAVX
	return avx2, avx2 && ebx&avx512F != 0 && ebx&avx512BW != 0 && xcr0&stateAVX512 == stateAVX512
}

// switching runs two goroutines in turn for a million switches; every turn computes in vector registers.
func switching(lanes int, crunch func(s *state, n int)) (differences int) {
	old := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(old)
	var group sync.WaitGroup
	states := []*state{newState(3, lanes, crunch), newState(1000003, lanes, crunch)}
	for _, s := range states {
		group.Go(func() {
			for range 500000 {
				s.run(1)
				runtime.Gosched()
			}
		})
	}
	group.Wait()
	return states[0].differences + states[1].differences
}

// disturb takes the processor from the other threads for the given time: it wakes up again and again, computes in vector
// registers itself, and makes one of the threads of the given ids take a signal every time. It returns how often.
func disturb(duration time.Duration, ids []*atomic.Int64, own *state) (wakeups int) {
	runtime.LockOSThread()
	pid := syscall.Getpid()
	for start := time.Now(); time.Since(start) < duration; wakeups++ {
		short := syscall.Timespec{Nsec: 20000}
		syscall.Nanosleep(&short, nil)
		own.run(1)
		if id := ids[wakeups%len(ids)].Load(); id != 0 {
			// SIGURG is the runtime's own: when it has asked for nothing, the handler does nothing.
			syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(pid), uintptr(id), uintptr(syscall.SIGURG))
		}
		if wakeups%500 == 499 {
			runtime.GC()
		}
	}
	return wakeups
}

// preempted runs body on two threads of their own, with different seeds, while disturb takes the processor from them.
func preempted(own *state, body func(seed uint64)) (wakeups int) {
	var stop atomic.Bool
	var group sync.WaitGroup
	ids := []*atomic.Int64{new(atomic.Int64), new(atomic.Int64)}
	for i, id := range ids {
		group.Go(func() {
			runtime.LockOSThread()
			id.Store(int64(syscall.Gettid()))
			for !stop.Load() {
				body(uint64(i*1000 + 7))
			}
			id.Store(0)
		})
	}
	group.Go(func() {
		wakeups = disturb(3*time.Second, ids, own)
		stop.Store(true)
	})
	group.Wait()
	return wakeups
}

// crunching holds the state of a vector computation across kernel switches.
func crunching(what string, lanes int, crunch func(s *state, n int)) {
	var mu sync.Mutex
	states := map[uint64]*state{7: newState(7, lanes, crunch), 1007: newState(1007, lanes, crunch)}
	own := newState(99, lanes, crunch)
	wakeups := preempted(own, func(seed uint64) {
		mu.Lock()
		s := states[seed]
		mu.Unlock()
		s.run(2000)
	})
	differences := own.differences + states[7].differences + states[1007].differences
	check.That(differences == 0, what+" registers survive interrupts, switches and signals", "%d lanes differ", differences)
	// One slice of 10 ms for each of the other threads between two wake-ups would still make 150 of them.
	check.That(wakeups >= 100, what+" registers were put to the test", "%d wake-ups", wakeups)
	check.Note("%s: %d wake-ups, %d and %d rounds", what, wakeups, states[7].crunched, states[1007].crunched)
}

// legacy holds the eight x87 registers and the two control words, in another rounding mode for each of the two threads.
func legacy() {
	var wrong atomic.Int64
	preempted(newState(99, 2, crunchSSE), func(seed uint64) {
		values := [8]float64{}
		for i := range values {
			values[i] = float64(seed) + float64(i)
		}
		want := values
		// Rounding control: bits 10-11 of the x87 control word, bits 13-14 of MXCSR; exceptions stay masked.
		mode := uint16(1 + seed/1000)
		rounding, mxcsr := holdX87(&values, 0x37f|mode<<10, 0x1f80|uint32(mode)<<13, 20000)
		if values != want || rounding != 0x37f|mode<<10 || mxcsr != 0x1f80|uint32(mode)<<13 {
			wrong.Add(1)
		}
	})
	check.That(wrong.Load() == 0, "x87 registers, control word and MXCSR survive them too", "%d times wrong", wrong.Load())
}

func wide() {
	var wrong atomic.Int64
	preempted(newState(99, 4, crunchAVX), func(seed uint64) {
		vectors := new([32][8]uint64)
		for i := range vectors {
			for lane := range vectors[i] {
				vectors[i][lane] = seed<<32 | uint64(i<<8|lane)
			}
		}
		want := *vectors
		mask := seed * 0x9e3779b97f4a7c15
		masks := uint64(0)
		for i := 1; i <= 7; i++ {
			masks ^= mask<<i | mask>>(64-i)
		}
		if hold512(vectors, mask, 20000) != masks || *vectors != want {
			wrong.Add(1)
		}
	})
	check.That(wrong.Load() == 0, "AVX-512 registers and masks survive them too", "%d times wrong", wrong.Load())
}

func main() {
	avx2, avx512 := features()
	crunching("SSE", 2, crunchSSE)
	legacy()
	if avx2 {
		crunching("AVX2", 4, crunchAVX)
		differences := switching(4, crunchAVX)
		check.That(differences == 0, "a million switches between two goroutines", "%d lanes differ", differences)
	} else {
		check.Note("skip AVX2: the processor has none, or the kernel has not switched it on")
		differences := switching(2, crunchSSE)
		check.That(differences == 0, "a million switches between two goroutines", "%d lanes differ", differences)
	}
	if avx512 {
		wide()
	} else {
		check.Note("skip AVX-512: the processor has none, or the kernel has not switched it on")
	}
	check.Done()
}
