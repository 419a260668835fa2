// Package blockdev is where disk drivers and what uses disks meet: the drivers
// register what they found, file systems and programs take it.
//
// Context: goroutine.
package blockdev

import (
	"errors"

	"eggcup/kernel/registry"
)

// Device is a disk. Its methods may be called by any goroutine; requests of
// several run at the same time and in no order.
type Device interface {
	// Name is the disk's name as Linux would have it: "vda".
	Name() string
	// SectorSize is the size of what is read and written as a whole, in bytes:
	// a power of two, 512 or more.
	SectorSize() int
	// Sectors is the size of the disk.
	Sectors() uint64
	// ReadOnly reports whether every WriteAt fails with ErrReadOnly.
	ReadOnly() bool
	// ReadAt fills p from the disk, at an offset in bytes. Offset and length
	// are multiples of the sector size, else the error is ErrUnaligned. Past
	// the end it is io.EOF, with what was read before it.
	ReadAt(p []byte, off int64) (int, error)
	// WriteAt writes p to the disk; nothing of it is written when p does not
	// fit (ErrRange) or is not made of whole sectors (ErrUnaligned). It is on
	// the medium after the next Flush.
	WriteAt(p []byte, off int64) (int, error)
	// Flush makes all writes that have returned survive a loss of power.
	Flush() error
}

// Discarder is a Device that can be told what is not needed any more.
type Discarder interface {
	Device
	// Discard gives up the content of whole sectors.
	Discard(off, length int64) error
}

// The errors of devices.
var (
	ErrUnaligned = errors.New("offset or length is not a multiple of the sector size")
	ErrRange     = errors.New("outside the disk")
	ErrReadOnly  = errors.New("the disk is read-only")
)

var registered = new(registry.List[Device])

// Register adds a device; drivers call it in Init.
func Register(d Device) { registered.Add(d) }

// Devices returns the devices that are registered, in the order in which they
// were found.
func Devices() []Device { return registered.All() }
