package boot

import (
	"eggcup/kernel/config"
	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/random"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
	"eggcup/kernel/core/vm"
)

// The first thread's stack. The Go runtime assumes 64 KiB below the stack
// pointer it finds and uses more for the first calls.
const (
	programStack = 256 << 10
	guard        = 4096
)

// How much of the stack layOut may fill: strings, and the vectors below them.
const (
	filled     = 32 << 10
	vectorRoom = 8 << 10
)

// Flags of mmap(2).
const (
	mapPrivateAnonymous = 0x22
	mapFixed            = 0x10
)

// Entries of the auxiliary vector (System V ABI AMD64, 3.4.3).
const (
	auxEnd      = 0
	auxPageSize = 6
	auxSecure   = 23
	auxRandom   = 25
)

// programName is os.Args[0].
const programName = "/program"

// startProgram makes the first thread: the Go runtime's entry with arguments,
// environment and auxiliary vector on its stack.
func startProgram(c *thread.CPU) {
	base, errno := memory.Space.Map(0, guard+programStack, vm.ProtRead|vm.ProtWrite, mapPrivateAnonymous)
	if errno == vm.OK {
		errno = memory.Space.Protect(base, guard, vm.ProtNone)
	}
	page := memory.Page()
	top := base + guard + programStack
	if errno != vm.OK || page == 0 || !memory.Writable(top-filled, filled) {
		stop("no memory for the first thread")
	}
	program, _, _, tls := addresses()
	initialStack = layOut(top)
	t := thread.Prepare(page, program, initialStack)
	t.FSBase = tls
	thread.Register(t)
	c.Ready(t)
	c.Schedule()
}

// initialStack is the stack pointer that the program started with; 0 before.
var initialStack uintptr

// Argument returns an argument that the program was started with, its own name
// being number 0, and whether there is one.
//
// Context: any.
func Argument(i int) (argument string, ok bool) {
	if initialStack == 0 || uintptr(i) >= raw.Load(initialStack) {
		return "", false
	}
	start := raw.Load(initialStack + 8 + uintptr(i)*8)
	end := start
	for raw.Load8(end) != 0 {
		end++
	}
	return raw.String(&raw.Bytes(start, end-start+1)[0], int(end-start)), true
}

// layOut writes the initial stack below top and returns the stack pointer:
// strings at the top, the vectors below them.
func layOut(top uintptr) uintptr {
	s := strings{next: top, limit: top - filled + vectorRoom}
	seed := s.reserve(16)
	random.Read(raw.Bytes(seed, 16))
	s.addArgument(programName)
	s.addWords(config.Arguments, false)
	s.addRuntimeSettings()
	s.addWords(config.Environment, true)
	s.addCommandLine()
	return s.vectors(seed)
}

// maxStrings bounds the arguments and, separately, the environment.
const maxStrings = 256

// The vectors of the most strings must fit below them.
var _ [vectorRoom - (2*maxStrings+16)*8]byte

// strings collects the arguments and the environment, growing downwards.
type strings struct {
	next         uintptr
	limit        uintptr // strings stay above it
	arguments    [maxStrings]uintptr
	environment  [maxStrings]uintptr
	argumentN    int
	environmentN int
}

func (s *strings) reserve(n uintptr) uintptr {
	if n > s.next-s.limit {
		stop("the arguments and the environment are too long")
	}
	s.next = (s.next - n) &^ 7
	return s.next
}

// put stores up to three pieces as one C string.
func (s *strings) put(a, b, c string) uintptr {
	n := uintptr(len(a) + len(b) + len(c))
	at := s.reserve(n + 1)
	to := raw.Bytes(at, n+1)
	k := copy(to, a)
	k += copy(to[k:], b)
	k += copy(to[k:], c)
	to[k] = 0
	return at
}

//go:noinline
func (s *strings) addArgument(word string) {
	if s.argumentN < maxStrings {
		s.arguments[s.argumentN] = s.put(word, "", "")
		s.argumentN++
	}
}

//go:noinline
func (s *strings) addVariable(a, b, c string) {
	if s.environmentN < maxStrings {
		s.environment[s.environmentN] = s.put(a, b, c)
		s.environmentN++
	}
}

// addWords splits a setting at spaces; a word may be quoted with " to hold
// spaces of its own.
func (s *strings) addWords(text string, environment bool) {
	for w := (words{text: text}); w.scan(); {
		if environment {
			s.addVariable(w.word, "", "")
		} else {
			s.addArgument(w.word)
		}
	}
}

// addCommandLine takes what the boot loader passed on: NAME=VALUE words go to
// the environment until a word -- or one that is no assignment, the rest are
// arguments.
func (s *strings) addCommandLine() {
	assignments := true
	for w := (words{text: CommandLine()}); w.scan(); {
		switch {
		case hasPrefix(w.word, DeviceParameter): // for a driver, not for the program
		case assignments && w.word == "--":
			assignments = false
		case assignments && isAssignment(w.word):
			s.addVariable(w.word, "", "")
		default:
			assignments = false
			s.addArgument(w.word)
		}
	}
}

// addRuntimeSettings passes the configured settings to the Go runtime in the
// form in which it reads them.
func (s *strings) addRuntimeSettings() {
	s.addVariable("HOME=/", "", "")
	var digits [20]byte
	if config.Gomaxprocs > 0 {
		s.addVariable("GOMAXPROCS=", decimal(&digits, config.Gomaxprocs), "")
	}
	switch {
	case config.Gogc < 0:
		s.addVariable("GOGC=off", "", "")
	case config.Gogc != defaultGOGC:
		s.addVariable("GOGC=", decimal(&digits, config.Gogc), "")
	}
	if config.Gomemlimit > 0 {
		s.addVariable("GOMEMLIMIT=", decimal(&digits, config.Gomemlimit), "MiB")
	}
}

const defaultGOGC = 100

// vectors writes argc, argv, envp and auxv below the strings and returns where
// they start, aligned as the ABI asks.
func (s *strings) vectors(seed uintptr) uintptr {
	count := uintptr(1 + s.argumentN + 1 + s.environmentN + 1 + 8)
	sp := (s.next - count*8) &^ 15
	at := sp
	at = push(at, uintptr(s.argumentN))
	for i := 0; i < s.argumentN; i++ {
		at = push(at, s.arguments[i])
	}
	at = push(at, 0)
	for i := 0; i < s.environmentN; i++ {
		at = push(at, s.environment[i])
	}
	at = push(at, 0)
	for _, v := range [...]uintptr{auxPageSize, 4096, auxRandom, seed, auxSecure, 0, auxEnd, 0} {
		at = push(at, v)
	}
	return sp
}

func push(at, v uintptr) uintptr {
	raw.Store(at, v)
	return at + 8
}
