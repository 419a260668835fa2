// keep leaves files on the disk that is mounted at /data, and looks at those
// that somebody else has left there. Its argument says how it ends.
package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"eggcup/tests/boot/programs/internal/check"
)

const mount = "/data"

func main() {
	mounts, err := os.ReadFile("/proc/mounts")
	check.That(err == nil && strings.Contains(string(mounts), "/data ext3 "), "is mounted", "%s %v", mounts, err)
	var space syscall.Statfs_t
	check.NoError(syscall.Statfs(mount, &space), "Statfs")
	check.That(space.Type == 0xef53 && space.Bfree < space.Blocks, "of ext3", "%+v", space)
	got, err := os.ReadFile(filepath.Join(mount, "folder", "from host"))
	check.That(err == nil && string(got) == "made by mke2fs\n", "a file from the host", "%q %v", got, err)
	link, err := os.Readlink(filepath.Join(mount, "folder", "link"))
	check.That(err == nil && link == "from host", "a link from the host", "%q %v", link, err)
	info, err := os.Stat(filepath.Join(mount, "folder", "from host"))
	check.That(err == nil && info.Mode() == 0o640, "its mode", "%v %v", info, err)
	switch len(os.Args) {
	case 2:
		leave(os.Args[1])
	default:
		find()
	}
}

// leave writes files and ends, without waiting for the disk.
func leave(how string) {
	name := filepath.Join(mount, how)
	check.NoError(os.WriteFile(name, []byte("left by "+how), 0o600), "WriteFile")
	check.NoError(os.Mkdir(filepath.Join(mount, how+" folder"), 0o700), "Mkdir")
	check.NoError(syscall.Mkfifo(filepath.Join(mount, how+" fifo"), 0o600), "Mkfifo")
	synced, err := os.OpenFile(filepath.Join(mount, how+" synced"), os.O_CREATE|os.O_WRONLY|os.O_SYNC, 0o600)
	check.Must(err, "OpenFile with O_SYNC")
	_, err = synced.WriteString("synced")
	check.NoError(err, "write with O_SYNC")
	switch how {
	case "panic":
		panic("at the disco")
	case "exit":
		check.Done() // by os.Exit
	}
}

// through sends something through a FIFO that is on the disk, closes it and does
// so again.
func through(name string) {
	path := filepath.Join(mount, name)
	for _, text := range []string{"one", "another"} {
		done := make(chan error, 1)
		go func() { done <- os.WriteFile(path, []byte(text), 0) }()
		got, err := os.ReadFile(path)
		check.That(err == nil && string(got) == text, text+" through "+name, "%q %v", got, err)
		check.NoError(<-done, "written to "+name)
	}
	info, err := os.Stat(path)
	check.That(err == nil && info.Mode()&os.ModeNamedPipe != 0 && info.Size() == 0, "is a FIFO still", "%v %v", info, err)
}

// find looks for what the ends before have left: a panic takes what was not
// synced with it.
func find() {
	for _, how := range []string{"return", "exit"} {
		got, err := os.ReadFile(filepath.Join(mount, how))
		check.That(err == nil && string(got) == "left by "+how, "what was left by "+how, "%q %v", got, err)
		info, err := os.Stat(filepath.Join(mount, how+" folder"))
		check.That(err == nil && info.IsDir(), "a folder left by "+how, "%v %v", info, err)
	}
	through("return fifo")
	through("folder/fifo")
	got, err := os.ReadFile(filepath.Join(mount, "panic synced"))
	check.That(err == nil && string(got) == "synced", "what was synced before a panic", "%q %v", got, err)
	check.Done()
}
