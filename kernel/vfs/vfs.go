// Package vfs is the files of the machine: what the system calls on paths and
// on open files act on, so that package os works as it is.
//
//	/          in memory, on top of the folder that is in the image
//	           (ROOTFS_DIR) and the files of /etc that the configuration says
//	/tmp       in memory, with a limit (TMP_SIZE)
//	/dev       null, zero, full, random, urandom, console, tty, the disks
//	/proc,     what the Go runtime, the standard library and common packages
//	/sys       read there
//
// Semantics are Linux's, errors to the last number: the tests run the same
// calls here and on Linux. It is a file system of its own rather than
// spf13/afero's, which has the interface of package os instead of that of the
// system calls below it: afero's MemMapFs knows files by their path alone, so
// that there are no hard links, no symbolic links and no directory that can be
// renamed while it is open, no file lives on after it is removed, the flags of
// open(2) mean less, and contents are one slice that a sparse file of 1 GiB
// would fill.
//
// A disk is a raw device file. The file system on one is a unit's, which mounts
// it by Mount: package ext3.
//
// Specifications: the man pages of the calls (section 2), path_resolution(7),
// inode(7), proc(5), POSIX.1-2017 where those are silent.
//
// Context: goroutine. Lock order: File.mu, System.mu, mappings.mu, inode.mu,
// locks.mu. No lock is held while a call blocks, but File.mu and an inode's
// during a transfer.
//
// Try it: eggcup run examples/hello with os.ReadDir("/").
package vfs

import (
	"syscall"

	"eggcup/kernel/config"
	"eggcup/kernel/hook"
	"eggcup/kernel/klog"
)

// The layer is there before Init: packages of the program read files when they
// are initialised, which is before the units start. Go initialises packages in
// the order of their paths where nothing else decides, so that this comes
// before those from most other places.
//
// The program starts in the directory that $PWD names, as a shell would have
// started it there.
func init() {
	the = newSystem(machine{}, memorySize(), int64(config.TmpSize)*mib)
	if folder, set := syscall.Getenv("PWD"); set {
		if errno := the.chdir(folder); errno != 0 {
			klog.Warn("vfs", "cannot start in ", folder, ", which is $PWD: ", errno.Error())
		}
	}
	hook.SetFiles(the)
}

// Init has nothing to do.
func Init() error { return nil }

// memorySize is the memory of the machine in bytes.
func memorySize() int64 {
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) != nil {
		return 0
	}
	return int64(info.Totalram) * int64(info.Unit)
}
