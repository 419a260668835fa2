package vfs

import (
	"syscall"

	"eggcup/kernel/blockdev"
)

// disks are the block devices, replaced by tests.
var disks = blockdev.Devices

// deviceNumber is st_rdev of a device.
func deviceNumber(major, minor uint64) uint64 {
	return minor&0xff | major&0xfff<<8 | minor&^0xff<<12
}

// fillDev adds the devices that every Unix has, and the disks as they come.
func (s *System) fillDev(dev *inode) {
	characters := [...]struct {
		name         string
		major, minor uint64
		body         any
	}{
		{"null", 1, 3, nullDevice{}},
		{"zero", 1, 5, zeroDevice{}},
		{"full", 1, 7, fullDevice{}},
		{"random", 1, 8, randomDevice{}},
		{"urandom", 1, 9, randomDevice{}},
		{"tty", 5, 0, console{}},
		{"console", 5, 1, console{}},
	}
	for _, c := range characters {
		s.make(dev, c.name, syscall.S_IFCHR|0o666, c.body).rdev = deviceNumber(c.major, c.minor)
	}
	links := [...][2]string{
		{"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"},
	}
	for _, link := range links {
		s.make(dev, link[0], syscall.S_IFLNK|0o777, symlink(link[1]))
	}
	s.makeDirectory(dev, "shm", 0o1777)
	known := map[string]bool{}
	d := dev.directory()
	// A disk gets its file when somebody looks: drivers may start after this
	// unit.
	d.refresh = func() {
		for i, disk := range disks() {
			if !known[disk.Name()] {
				known[disk.Name()] = true
				mode := uint32(syscall.S_IFBLK | 0o660)
				s.make(dev, disk.Name(), mode, blockFile{disk}).rdev = deviceNumber(254, uint64(i)*16)
			}
		}
	}
}
