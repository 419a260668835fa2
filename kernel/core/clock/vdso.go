package clock

// InstallVDSO gives the Go runtime the routine below as clock_gettime of a
// vDSO, so that time.Now and the scheduler's clock never trap.
//
// Context: boot, before the runtime's entry point.
func InstallVDSO() // defined in vdso_amd64.s

// callVDSO calls the routine as the runtime does; for the tests.
func callVDSO(clock uintptr, timespec *[2]int64) (result int64) // defined in vdso_amd64.s
