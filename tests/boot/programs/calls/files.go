package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// opening is openat(2) with its flags.
func opening() {
	put("file", "text")
	os.Mkdir("dir", 0o755)
	os.Symlink("file", "link")
	os.Symlink("nowhere", "dangling")
	os.Symlink("loop", "loop")
	for _, c := range []struct {
		name  string
		flags int
	}{
		{"file", unix.O_RDONLY}, {"file", unix.O_WRONLY}, {"file", unix.O_RDWR | unix.O_APPEND},
		{"file", unix.O_CREAT | unix.O_EXCL}, {"file", unix.O_DIRECTORY}, {"file/", unix.O_RDONLY}, {"file/x", unix.O_RDONLY},
		{"dir", unix.O_RDONLY}, {"dir", unix.O_RDWR}, {"dir", unix.O_CREAT | unix.O_RDWR}, {"dir/", unix.O_RDONLY},
		{"dir", unix.O_DIRECTORY}, {"dir/new/", unix.O_CREAT}, {"link", unix.O_NOFOLLOW}, {"link", unix.O_RDONLY},
		{"link", unix.O_PATH | unix.O_NOFOLLOW}, {"dangling", unix.O_RDONLY}, {"dangling", unix.O_CREAT | unix.O_EXCL},
		{"dangling", unix.O_CREAT | unix.O_RDWR}, {"nowhere", unix.O_RDONLY}, {"loop", unix.O_RDONLY}, {"", unix.O_RDONLY},
		{strings.Repeat("x", 256), unix.O_RDONLY}, {strings.Repeat("x/", 2100), unix.O_RDONLY}, {"missing/x", unix.O_CREAT},
		{"file", unix.O_TRUNC | unix.O_RDWR}, {".", unix.O_TMPFILE | unix.O_RDWR}, {"dir", unix.O_TMPFILE | unix.O_RDONLY},
		{"file", unix.O_RDONLY | unix.O_NOATIME}, {"file", unix.O_SYNC | unix.O_WRONLY}, {"file", unix.O_NONBLOCK | unix.O_RDONLY},
		{"/dev/null", unix.O_RDWR}, {"/dev/null", unix.O_DIRECTORY}, {"/dev/tty9999", unix.O_RDONLY},
	} {
		shown := c.name
		if len(shown) > 20 {
			shown = fmt.Sprintf("%d bytes", len(shown))
		}
		fd, err := unix.Open(c.name, c.flags|unix.O_CLOEXEC, 0o666)
		if err != nil {
			say(fmt.Sprintf("open %s %#x", shown, c.flags), err)
			continue
		}
		status, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		say(fmt.Sprintf("open %s %#x", shown, c.flags), fmt.Sprintf("%#x", status), err)
		unix.Close(fd)
	}
	say("truncated", get("file") == "")
	dir := open("dir", unix.O_PATH|unix.O_DIRECTORY)
	fd, err := unix.Openat(dir, "below", unix.O_CREAT|unix.O_WRONLY, 0o600)
	say("openat below", err, get("dir/below"))
	n, err := unix.Write(fd, []byte("below"))
	say("write", n, err)
	n, err = unix.Read(fd, make([]byte, 1))
	say("read a file for writing", n, err)
	unix.Close(fd)
	_, err = unix.Openat(fd, "below", 0, 0)
	say("openat of a closed one", err)
	file := open("dir/below", unix.O_RDONLY)
	_, err = unix.Openat(file, "x", 0, 0)
	say("openat of a file", err)
	n, err = unix.Write(file, []byte("x"))
	say("write a file for reading", n, err)
	n, err = unix.Read(dir, make([]byte, 1))
	say("read O_PATH", n, err)
	say("fchmod of O_PATH", unix.Fchmod(dir, 0o700))
	unix.Close(dir)
	unix.Close(file)
	for _, name := range []string{"file", "link", "../x", "/"} {
		fd, err := unix.Openat2(unix.AT_FDCWD, name, &unix.OpenHow{Flags: unix.O_RDONLY})
		say("openat2 "+name, err)
		if err == nil {
			unix.Close(fd)
		}
	}
	at := open(".", unix.O_TMPFILE|unix.O_RDWR)
	unix.Write(at, []byte("unnamed"))
	say("linkat of an unnamed file", unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", at), unix.AT_FDCWD, "named", unix.AT_SYMLINK_FOLLOW), get("named"))
	unix.Close(at)
}

// directories is getdents64(2), chdir(2), and what makes and removes.
func directories() {
	os.Mkdir("d", 0o755)
	for i := range 40 {
		put(fmt.Sprintf("d/%c%02d", 'a'+i%26, i), "")
	}
	os.Mkdir("d/sub", 0o700)
	os.Symlink("a00", "d/link")
	unix.Mkfifo("d/fifo", 0o600)
	fd := open("d", unix.O_RDONLY|unix.O_DIRECTORY)
	small := make([]byte, 8)
	_, err := unix.Getdents(fd, small)
	say("too small", err)
	var names []string
	buffer := make([]byte, 200)
	calls := 0
	for {
		n, err := unix.Getdents(fd, buffer)
		if n <= 0 {
			say("end", n, err)
			break
		}
		calls++
		for at := 0; at < n; {
			length := int(buffer[at+16]) | int(buffer[at+17])<<8
			name := string(buffer[at+19 : at+length])
			name = name[:strings.IndexByte(name, 0)]
			names = append(names, fmt.Sprintf("%s:%d", name, buffer[at+18]))
			at += length
		}
	}
	sort.Strings(names)
	say("entries", names, calls > 5)
	n, err := unix.Seek(fd, 0, 0)
	say("rewind", n, err)
	n2, err := unix.Getdents(fd, make([]byte, 4096))
	say("again", n2 > 0, err)
	unix.Close(fd)
	file := open("d/a00", unix.O_RDONLY)
	_, err = unix.Getdents(file, buffer)
	say("of a file", err)
	say("fchdir to a file", unix.Fchdir(file))
	unix.Close(file)
	say("mkdir again", unix.Mkdir("d", 0o755))
	say("mkdir below nothing", unix.Mkdir("no/d", 0o755))
	say("mkdir with a slash", unix.Mkdir("new/", 0o755))
	say("rmdir", unix.Rmdir("new"))
	say("rmdir full", unix.Rmdir("d"))
	say("rmdir a file", unix.Rmdir("d/a00"))
	say("rmdir .", unix.Rmdir("d/sub/."))
	say("rmdir ..", unix.Rmdir("d/sub/.."))
	say("unlink a directory", unix.Unlink("d/sub"))
	say("unlinkat AT_REMOVEDIR", unix.Unlinkat(unix.AT_FDCWD, "d/sub", unix.AT_REMOVEDIR))
	say("unlinkat with a flag", unix.Unlinkat(unix.AT_FDCWD, "d/a00", 1))
	say("unlink nothing", unix.Unlink("nothing"))
	say("unlink with a slash", unix.Unlink("d/a00/"))
	say("chdir to a file", unix.Chdir("d/a00"))
	say("chdir", unix.Chdir("d"))
	wd, err := unix.Getwd()
	say("getwd", wd, err)
	say("chdir back", unix.Chdir(".."))
	say("mknod of a file", unix.Mknod("node", unix.S_IFREG|0o644, 0))
	say("mknod of a directory", unix.Mknod("node2", unix.S_IFDIR|0o644, 0))
	say("mkfifo again", unix.Mkfifo("d/fifo", 0o600))
	os.Mkdir("gone", 0o755)
	os.Chdir("gone")
	os.Remove("../gone")
	_, err = unix.Getwd()
	say("getwd of nothing", err)
	_, err = unix.Open("x", unix.O_CREAT, 0o600)
	say("create in nothing", err)
	os.Chdir(folder)
}

// renames is renameat2(2), link(2) and symlink(2).
func renames() {
	put("a", "A")
	put("b", "B")
	os.Mkdir("dir", 0o755)
	os.Mkdir("full", 0o755)
	put("full/x", "")
	at := unix.AT_FDCWD
	rename := func(from, to string, flags uint) {
		err := unix.Renameat2(at, from, at, to, flags)
		say(fmt.Sprintf("rename %s %s %d", from, to, flags), err, get("a"), get("b"), get("c"))
	}
	rename("a", "b", unix.RENAME_NOREPLACE)
	rename("a", "c", unix.RENAME_NOREPLACE)
	rename("c", "b", unix.RENAME_EXCHANGE)
	rename("c", "nothing", unix.RENAME_EXCHANGE)
	rename("c", "dir", unix.RENAME_EXCHANGE)
	rename("dir", "c", unix.RENAME_EXCHANGE)
	rename("c", "a", unix.RENAME_NOREPLACE|unix.RENAME_EXCHANGE)
	rename("c", "a", 64)
	rename("c", "a", 0)
	rename("a", "a", 0)
	rename("a", "dir", 0)
	rename("dir", "a", 0)
	rename("dir", "full", 0)
	rename("full", "dir", 0)
	rename("dir", "dir/x/y", 0)
	rename("dir", "dir/sub", 0)
	rename("nothing", "c", 0)
	rename("a", "c/", 0)
	rename("dir/", "other/", 0)
	rename("other/.", "x", 0)
	rename("", "x", 0)
	say("link", unix.Link("b", "hard"), get("hard"))
	say("link again", unix.Link("b", "hard"))
	rename("b", "hard", 0)
	say("link a directory", unix.Link("other", "hard2"))
	var st unix.Stat_t
	say("links", unix.Stat("hard", &st), st.Nlink)
	say("symlink over", unix.Symlink("x", "b"))
	say("symlink empty", unix.Symlink("", "empty"))
	say("symlink", unix.Symlink(strings.Repeat("y", 300), "long"))
	buffer := make([]byte, 100)
	n, err := unix.Readlink("long", buffer)
	say("readlink", n, err)
	n, err = unix.Readlink("b", buffer)
	say("readlink of a file", n, err)
	say("link to a link", unix.Linkat(at, "long", at, "long2", 0))
	n, err = unix.Readlink("long2", buffer)
	say("is a link", n, err)
}

// sizes is ftruncate(2), fallocate(2), lseek(2), and writes at places.
func sizes() {
	put("f", "0123456789")
	fd := open("f", unix.O_RDWR)
	size := func() int64 {
		var st unix.Stat_t
		unix.Fstat(fd, &st)
		return st.Size
	}
	say("ftruncate", unix.Ftruncate(fd, 4), size())
	say("ftruncate up", unix.Ftruncate(fd, 20), size(), fmt.Sprintf("%q", get("f")))
	say("ftruncate below", unix.Ftruncate(fd, -1))
	say("truncate nothing", unix.Truncate("nothing", 1))
	say("truncate a directory", unix.Truncate(".", 1))
	for _, c := range []struct {
		mode        uint32
		off, length int64
	}{
		{0, 0, 100}, {unix.FALLOC_FL_KEEP_SIZE, 0, 8192}, {0, -1, 10}, {0, 0, 0},
		{unix.FALLOC_FL_PUNCH_HOLE, 0, 2}, {unix.FALLOC_FL_PUNCH_HOLE | unix.FALLOC_FL_KEEP_SIZE, 1, 2},
		{0, 1 << 62, 1 << 62}, {0x1000, 0, 1},
	} {
		err := unix.Fallocate(fd, c.mode, c.off, c.length)
		say(fmt.Sprintf("fallocate %d %d %d", c.mode, c.off, c.length), err, size(), fmt.Sprintf("%.6q", get("f")))
	}
	read := open("f", unix.O_RDONLY)
	say("fallocate for reading", unix.Fallocate(read, 0, 0, 10))
	say("ftruncate for reading", unix.Ftruncate(read, 10))
	unix.Ftruncate(fd, 10)
	for _, c := range []struct {
		off    int64
		whence int
	}{{3, 0}, {2, 1}, {-1, 2}, {5, 2}, {-1, 0}, {-100, 1}, {0, 9}, {0, unix.SEEK_DATA}, {0, unix.SEEK_HOLE}, {10, unix.SEEK_DATA}, {1 << 62, 0}} {
		n, err := unix.Seek(fd, c.off, c.whence)
		say(fmt.Sprintf("seek %d %d", c.off, c.whence), n, err)
	}
	n, err := unix.Pwrite(fd, []byte("XY"), 12)
	say("pwrite behind the end", n, err, size(), fmt.Sprintf("%q", get("f")))
	n, err = unix.Pread(fd, make([]byte, 10), 100)
	say("pread behind the end", n, err)
	n, err = unix.Pread(fd, make([]byte, 10), -1)
	say("pread before the start", n, err)
	end := open("f", unix.O_WRONLY|unix.O_APPEND)
	unix.Write(end, []byte("!"))
	n, err = unix.Pwrite(end, []byte("?"), 0)
	say("pwrite to the end", n, err, fmt.Sprintf("%q", get("f")))
	n, err = unix.Write(fd, nil)
	say("write nothing", n, err)
	say("fsync", unix.Fsync(fd), unix.Fdatasync(fd), unix.Fsync(1000))
	say("fadvise", unix.Fadvise(fd, 0, 0, unix.FADV_SEQUENTIAL), unix.Fadvise(fd, 0, 0, 99))
	say("sync_file_range", unix.SyncFileRange(fd, 0, 0, 0))
	say("syncfs", unix.Syncfs(fd))
	unix.Close(fd)
	unix.Close(read)
	unix.Close(end)
}

// locks is flock(2) and fcntl(2).
func locks() {
	put("lock", "")
	one, two := open("lock", unix.O_RDWR), open("lock", unix.O_RDWR)
	say("exclusive", unix.Flock(one, unix.LOCK_EX))
	say("second", unix.Flock(two, unix.LOCK_EX|unix.LOCK_NB), unix.Flock(two, unix.LOCK_SH|unix.LOCK_NB))
	say("shared", unix.Flock(one, unix.LOCK_SH), unix.Flock(two, unix.LOCK_SH|unix.LOCK_NB))
	say("upgrade", unix.Flock(one, unix.LOCK_EX|unix.LOCK_NB))
	say("unlock", unix.Flock(two, unix.LOCK_UN), unix.Flock(one, unix.LOCK_EX|unix.LOCK_NB))
	dup, _ := unix.Dup(one)
	unix.Close(one)
	say("held by the other descriptor", unix.Flock(two, unix.LOCK_EX|unix.LOCK_NB))
	unix.Close(dup)
	say("free", unix.Flock(two, unix.LOCK_EX|unix.LOCK_NB))
	say("wrong", unix.Flock(two, 0), unix.Flock(1000, unix.LOCK_EX))
	lock := unix.Flock_t{Type: unix.F_WRLCK, Whence: 0, Start: 0, Len: 10}
	say("record lock", unix.FcntlFlock(uintptr(two), unix.F_SETLK, &lock))
	say("get lock", unix.FcntlFlock(uintptr(two), unix.F_GETLK, &lock), lock.Type == unix.F_UNLCK)
	lock.Type = 77
	say("wrong lock", unix.FcntlFlock(uintptr(two), unix.F_SETLK, &lock))
	unix.Close(two)
	done := make(chan error)
	a, b := open("lock", unix.O_RDWR), open("lock", unix.O_RDWR)
	unix.Flock(a, unix.LOCK_EX)
	go func() { done <- unix.Flock(b, unix.LOCK_EX) }()
	time.Sleep(20 * time.Millisecond)
	select {
	case <-done:
		say("did not wait")
	default:
	}
	unix.Flock(a, unix.LOCK_UN)
	say("waited", <-done)
	unix.Close(a)
	unix.Close(b)
}

// mappings is mmap(2) of files.
func mappings() {
	put("map", strings.Repeat("0123456789abcdef", 512)) // 8 KiB
	fd := open("map", unix.O_RDWR)
	private, err := unix.Mmap(fd, 0, 8192, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE)
	say("private", err)
	private[0] = 'P'
	say("stays private", string(private[:4]), get("map")[:4])
	shared, err := unix.Mmap(fd, 4096, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	say("shared", err, string(shared[:4]))
	copy(shared, "SHAR")
	say("is written", unix.Msync(shared, unix.MS_SYNC), get("map")[4096:4100])
	unix.Pwrite(fd, []byte("pwr"), 4100)
	say("is seen", string(shared[:8]))
	_, err = unix.Mmap(fd, 1, 4096, unix.PROT_READ, unix.MAP_PRIVATE)
	say("odd offset", err)
	_, err = unix.Mmap(fd, 0, 0, unix.PROT_READ, unix.MAP_PRIVATE)
	say("no length", err)
	_, err = unix.Mmap(1000, 0, 4096, unix.PROT_READ, unix.MAP_PRIVATE)
	say("no file", err)
	_, err = unix.Mmap(fd, 0, 4096, unix.PROT_READ, 0)
	say("neither private nor shared", err)
	read := open("map", unix.O_RDONLY)
	_, err = unix.Mmap(read, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	say("shared and writable, of a file for reading", err)
	copyOn, err := unix.Mmap(read, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE)
	say("private and writable, of a file for reading", err)
	unix.Munmap(copyOn)
	write := open("map", unix.O_WRONLY)
	_, err = unix.Mmap(write, 0, 4096, unix.PROT_READ, unix.MAP_PRIVATE)
	say("of a file for writing", err)
	dir := open(".", unix.O_RDONLY)
	_, err = unix.Mmap(dir, 0, 4096, unix.PROT_READ, unix.MAP_PRIVATE)
	say("of a directory", err)
	say("munmap", unix.Munmap(private), unix.Munmap(shared))
	anonymous, err := unix.Mmap(-1, 0, 3*4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	say("anonymous", err)
	say("madvise", unix.Madvise(anonymous, unix.MADV_DONTNEED), unix.Madvise(anonymous, unix.MADV_WILLNEED), unix.Madvise(anonymous, 12345))
	say("mprotect", unix.Mprotect(anonymous, unix.PROT_READ))
	say("mlock", unix.Mlock(anonymous), unix.Munlock(anonymous))
	all, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_SHARED)
	say("anonymous and shared", err)
	unix.Munmap(all)
	unix.Munmap(anonymous)
	for _, fd := range []int{fd, read, write, dir} {
		unix.Close(fd)
	}
}

// attributes is stat(2) and what changes what it tells.
func attributes() {
	unix.Umask(0o022)
	put("f", "12345")
	os.Symlink("f", "l")
	show := func(name string) {
		var st unix.Stat_t
		err := unix.Lstat(name, &st)
		say("lstat "+name, err, fmt.Sprintf("%o %d %d %d %d", st.Mode, st.Nlink, st.Uid, st.Gid, st.Size))
	}
	show("f")
	show("l")
	say("chmod", unix.Chmod("f", 0o4711), unix.Chmod("l", 0o640), unix.Chmod("nothing", 0))
	show("f")
	say("chown", unix.Chown("f", 12, 34), unix.Lchown("l", 5, 6), unix.Chown("f", -1, 35))
	show("f")
	show("l")
	say("fchmodat", unix.Fchmodat(unix.AT_FDCWD, "f", 0o600, 0), unix.Fchmodat(unix.AT_FDCWD, "f", 0o600, 12345))
	say("access", unix.Access("f", unix.R_OK|unix.W_OK), unix.Access("f", unix.X_OK), unix.Access("nothing", unix.F_OK), unix.Access("f", 99))
	say("faccessat", unix.Faccessat(unix.AT_FDCWD, "f", unix.W_OK, unix.AT_EACCESS), unix.Faccessat(unix.AT_FDCWD, "f", unix.W_OK, 0x10000))
	when := []unix.Timespec{{Sec: 1000, Nsec: 500}, {Sec: 2000, Nsec: 600}}
	say("utimensat", unix.UtimesNanoAt(unix.AT_FDCWD, "f", when, 0))
	var st unix.Stat_t
	unix.Stat("f", &st)
	say("times", st.Atim.Sec, st.Atim.Nsec, st.Mtim.Sec, st.Mtim.Nsec)
	when = []unix.Timespec{{Nsec: unix.UTIME_OMIT}, {Nsec: unix.UTIME_NOW}}
	say("utimensat now", unix.UtimesNanoAt(unix.AT_FDCWD, "f", when, 0))
	unix.Stat("f", &st)
	say("times", st.Atim.Sec, time.Since(time.Unix(st.Mtim.Sec, st.Mtim.Nsec)) < time.Minute)
	say("utimensat wrong", unix.UtimesNanoAt(unix.AT_FDCWD, "f", []unix.Timespec{{Nsec: 2e9}, {}}, 0))
	var stx unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, "f", 0, unix.STATX_BASIC_STATS, &stx)
	say("statx", err, fmt.Sprintf("%o %d %d", stx.Mode, stx.Size, stx.Nlink), stx.Mask&unix.STATX_BASIC_STATS == unix.STATX_BASIC_STATS)
	say("statx wrong", unix.Statx(unix.AT_FDCWD, "f", 0x80000, 0, &stx), unix.Statx(unix.AT_FDCWD, "", 0, 0, &stx))
	var fs unix.Statfs_t
	say("statfs", unix.Statfs(".", &fs), fs.Type == unix.TMPFS_MAGIC, fs.Bsize, fs.Namelen, fs.Blocks >= fs.Bfree, unix.Statfs("nothing", &fs))
	say("statfs of /proc", unix.Statfs("/proc", &fs), fs.Type == unix.PROC_SUPER_MAGIC)
	say("statfs of /sys", unix.Statfs("/sys", &fs), fs.Type == unix.SYSFS_MAGIC)
	_, err = unix.Listxattr("f", nil)
	say("listxattr", err)
	_, err = unix.Listxattr("nothing", nil)
	say("listxattr of nothing", err)
	say("umask", unix.Umask(0o077), unix.Umask(0o022))
}
