package vfs

import (
	"syscall"
	"unsafe"
)

// textAt reads a C string: a path.
func textAt(p unsafe.Pointer) (string, syscall.Errno) {
	if p == nil {
		return "", syscall.EFAULT
	}
	for n := range maxPath {
		if *(*byte)(unsafe.Add(p, n)) == 0 {
			return string(unsafe.Slice((*byte)(p), n)), 0
		}
	}
	return "", syscall.ENAMETOOLONG
}

// putStatus writes struct stat.
func putStatus(to unsafe.Pointer, st syscall.Stat_t) (int, syscall.Errno) {
	if to == nil {
		return -1, syscall.EFAULT
	}
	*(*syscall.Stat_t)(to) = st
	return 0, 0
}

// putFilesystem writes struct statfs.
func putFilesystem(to unsafe.Pointer, fs *filesystem) (int, syscall.Errno) {
	if to == nil {
		return -1, syscall.EFAULT
	}
	*(*syscall.Statfs_t)(to) = fs.status()
	return 0, 0
}

// timesAt reads the times of utimensat(2); without, the time is now.
func timesAt(p unsafe.Pointer) [2]syscall.Timespec {
	if p == nil {
		return [2]syscall.Timespec{{Nsec: utimeNow}, {Nsec: utimeNow}}
	}
	return *(*[2]syscall.Timespec)(p)
}

// secondsAt reads the times of utime(2).
func secondsAt(p unsafe.Pointer) [2]syscall.Timespec {
	if p == nil {
		return timesAt(nil)
	}
	t := (*syscall.Utimbuf)(p)
	return [2]syscall.Timespec{{Sec: t.Actime}, {Sec: t.Modtime}}
}

// microsecondsAt reads the times of utimes(2).
func microsecondsAt(p unsafe.Pointer) (times [2]syscall.Timespec, errno syscall.Errno) {
	if p == nil {
		return timesAt(nil), 0
	}
	for i, t := range *(*[2]syscall.Timeval)(p) {
		if t.Usec < 0 || t.Usec >= 1e6 {
			return times, syscall.EINVAL
		}
		times[i] = syscall.Timespec{Sec: t.Sec, Nsec: t.Usec * 1000}
	}
	return times, 0
}

// iovecs reads the vector of readv(2).
func iovecs(p unsafe.Pointer, n int) ([]syscall.Iovec, syscall.Errno) {
	const most = 1024 // IOV_MAX
	if n < 0 || n > most {
		return nil, syscall.EINVAL
	}
	if p == nil && n > 0 {
		return nil, syscall.EFAULT
	}
	return unsafe.Slice((*syscall.Iovec)(p), n), 0
}
