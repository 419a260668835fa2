// Package rootfs is the folder that the build has put into the image
// (ROOTFS_DIR): an archive in the read-only data of the program, which is
// read where it lies.
//
// The archive is a header and tables, all numbers little endian:
//
//	0   "eggroot1"
//	8   offset of the root's table (8 bytes)
//
// A table has one entry for each name in a directory, sorted:
//
//	0   number of entries (4), zero (4)
//	8   entries, each at a multiple of 8:
//	    0   mode as in stat(2) (4), length of the name (4)
//	    8   modification time, Unix time in nanoseconds (8)
//	    16  offset (8) and length (8) of the content: bytes of a file, target
//	        of a symbolic link, table of a directory
//	    32  the name
//
// configurator/build/rootfs.py writes it.
//
// Context: goroutine.
package rootfs

import "strings"

// Directory is the table of a directory in an archive.
type Directory struct {
	archive string
	offset  uint64
}

// Entry is a name in a directory.
type Entry struct {
	Name    string
	Mode    uint32
	Mtime   int64
	Content string // of a file, or the target of a symbolic link
	Table   Directory
}

// Kinds of file in Mode.
const (
	kindMask = 0o170000
	kindDir  = 0o040000
)

const (
	magic      = "eggroot1"
	headerSize = 16
	entrySize  = 32
)

// Root returns the root of the image's archive; it is empty when the image has
// none.
func Root() Directory { return Open(archive) }

// Open returns the root of an archive; it is empty when that is none.
func Open(archive string) Directory {
	if len(archive) < headerSize || archive[:8] != magic {
		return Directory{}
	}
	return Directory{archive, number(archive[8:], 8)}
}

// Entries returns what is in the directory. What is not well formed is left
// out.
func (d Directory) Entries() (entries []Entry) {
	table, ok := part(d.archive, d.offset, 8)
	if !ok {
		return nil
	}
	at := d.offset + 8
	for range number(table, 4) {
		header, ok := part(d.archive, at, entrySize)
		if !ok {
			return entries
		}
		length := number(header[4:], 4)
		name, ok := part(d.archive, at+entrySize, length)
		if !ok {
			return entries
		}
		at = (at + entrySize + length + 7) &^ 7
		if e := (Entry{Name: name, Mode: uint32(number(header, 4)), Mtime: int64(number(header[8:], 8))}); e.valid() {
			if e.Mode&kindMask == kindDir {
				e.Table = Directory{d.archive, number(header[16:], 8)}
			} else {
				e.Content, ok = part(d.archive, number(header[16:], 8), number(header[24:], 8))
			}
			if ok {
				entries = append(entries, e)
			}
		}
	}
	return entries
}

func (e *Entry) valid() bool {
	return e.Name != "" && e.Name != "." && e.Name != ".." && len(e.Name) <= 255 && !strings.ContainsAny(e.Name, "/\x00")
}

// part returns length bytes of the archive, if it has them.
func part(archive string, offset, length uint64) (string, bool) {
	size := uint64(len(archive))
	if offset > size || length > size-offset {
		return "", false
	}
	return archive[offset : offset+length], true
}

// number reads a little-endian number of n bytes.
func number(s string, n int) (v uint64) {
	for i := range n {
		v |= uint64(s[i]) << (8 * i)
	}
	return v
}
