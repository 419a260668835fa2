// signals sends signals to the program itself and receives them with os/signal.
package main

import (
	"os"
	"os/signal"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

// arrives waits for one signal on the channel and asserts which one it is.
func arrives(received <-chan os.Signal, want os.Signal, what string) {
	select {
	case got := <-received:
		check.That(got == want, what, "got %v", got)
	case <-time.After(10 * time.Second):
		check.That(false, what, "nothing after 10 s")
	}
}

func tgkill(pid, tid int, number syscall.Signal) error {
	if _, _, errno := syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(pid), uintptr(tid), uintptr(number)); errno != 0 {
		return errno
	}
	return nil
}

func main() {
	received := make(chan os.Signal, 64)
	signal.Notify(received, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGTERM, os.Interrupt)
	pid := os.Getpid()

	check.NoError(syscall.Kill(pid, syscall.SIGUSR1), "kill with SIGUSR1")
	arrives(received, syscall.SIGUSR1, "SIGUSR1 arrives")
	check.NoError(syscall.Kill(pid, syscall.SIGTERM), "kill with SIGTERM")
	arrives(received, syscall.SIGTERM, "SIGTERM arrives")
	check.NoError(syscall.Kill(pid, syscall.SIGINT), "kill with SIGINT")
	arrives(received, os.Interrupt, "SIGINT arrives")

	runtime.LockOSThread()
	check.NoError(tgkill(pid, syscall.Gettid(), syscall.SIGUSR2), "tgkill to the own thread")
	arrives(received, syscall.SIGUSR2, "SIGUSR2 arrives")
	runtime.UnlockOSThread()

	// A thread that spins without a call, and one that sleeps in the kernel, take the signal as well.
	for _, spinning := range []bool{true, false} {
		name := map[bool]string{true: "spinning", false: "blocked"}[spinning]
		var id atomic.Int64
		var stop atomic.Bool
		ended := make(chan struct{})
		go func() {
			runtime.LockOSThread()
			defer close(ended)
			id.Store(int64(syscall.Gettid()))
			for !stop.Load() {
				if !spinning {
					short := syscall.Timespec{Nsec: 200e6}
					syscall.Nanosleep(&short, nil) // EINTR or not: the loop goes round
				}
			}
		}()
		for id.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		check.NoError(tgkill(pid, int(id.Load()), syscall.SIGUSR1), "tgkill to a "+name+" thread")
		arrives(received, syscall.SIGUSR1, "SIGUSR1 arrives by a "+name+" thread")
		stop.Store(true)
		<-ended
	}

	// Signal 0 only asks whether the target is there.
	check.NoError(syscall.Kill(pid, 0), "kill with signal 0")
	err := tgkill(pid, 999999, syscall.SIGUSR1)
	check.That(err == syscall.ESRCH, "tgkill to no thread is ESRCH", "%v", err)
	err = tgkill(pid, syscall.Gettid(), 65)
	check.That(err == syscall.EINVAL, "signal 65 is EINVAL", "%v", err)

	// Two hundred signals one by one: none is lost and none comes twice.
	count := 0
	for range 200 {
		check.Must(syscall.Kill(pid, syscall.SIGUSR1), "200 signals one by one")
		select {
		case <-received:
			count++
		case <-time.After(10 * time.Second):
		}
	}
	check.That(count == 200 && len(received) == 0, "200 signals one by one", "%d arrived, %d left", count, len(received))

	signal.Ignore(syscall.SIGUSR1)
	check.NoError(syscall.Kill(pid, syscall.SIGUSR1), "an ignored signal")
	signal.Reset(syscall.SIGUSR2)
	time.Sleep(20 * time.Millisecond)
	check.That(len(received) == 0, "an ignored signal stays away", "%d", len(received))
	check.Done()
}
