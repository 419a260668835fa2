package rootfs

import (
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
)

// table makes the table of a directory.
func table(entries ...[]byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(entries)))
	for _, e := range entries {
		b = append(b, e...)
		b = append(b, make([]byte, -len(e)&7)...)
	}
	return b
}

func entry(name string, mode uint32, mtime int64, offset, length uint64) []byte {
	b := binary.LittleEndian.AppendUint32(nil, mode)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(name)))
	b = binary.LittleEndian.AppendUint64(b, uint64(mtime))
	b = binary.LittleEndian.AppendUint64(b, offset)
	b = binary.LittleEndian.AppendUint64(b, length)
	return append(b, name...)
}

// archiveOf puts a root's table behind 16 bytes of content, at offset 32.
func archiveOf(table []byte) string {
	b := binary.LittleEndian.AppendUint64([]byte(magic), 32)
	b = append(b, "0123456789abcdef"...)
	return string(append(b, table...))
}

const (
	regular = 0o100644
	folder  = 0o040755
	link    = 0o120777
)

// TestEntries reads an archive with every kind of file.
func TestEntries(t *testing.T) {
	archive := archiveOf(table(
		entry("a", regular, 5, 16, 10),
		entry("long name", link, -1, 26, 6),
		entry("self", folder, 7, 32, 0),
	))
	root := Open(archive)
	want := []Entry{
		{Name: "a", Mode: regular, Mtime: 5, Content: "0123456789"},
		{Name: "long name", Mode: link, Mtime: -1, Content: "abcdef"},
		{Name: "self", Mode: folder, Mtime: 7, Table: root},
	}
	if got := root.Entries(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestMalformed reads archives that are wrong somewhere; what is right in them
// is there.
func TestMalformed(t *testing.T) {
	good := entry("good", regular, 0, 16, 1)
	for name, c := range map[string]struct {
		archive string
		want    int
	}{
		"empty":                  {"", 0},
		"short":                  {magic, 0},
		"another magic":          {strings.Replace(archiveOf(table(good)), "egg", "egh", 1), 0},
		"root behind the end":    {magic + "\xff\xff\xff\xff\xff\xff\xff\xff", 0},
		"good":                   {archiveOf(table(good)), 1},
		"content behind the end": {archiveOf(table(good, entry("b", regular, 0, 16, 1<<40))), 1},
		"offset that overflows":  {archiveOf(table(entry("b", regular, 0, ^uint64(0), 2), good)), 1},
		"name behind the end":    {archiveOf(table(good, entry("b", regular, 0, 16, 1)))[:32+8+40+32], 1},
		"fewer than announced":   {archiveOf(table(good, good))[:32+8+40], 1},
		"names that are none": {archiveOf(table(entry("", regular, 0, 16, 1), entry(".", folder, 0, 32, 0), entry("..", folder, 0, 32, 0),
			entry("a/b", regular, 0, 16, 1), entry("a\x00", regular, 0, 16, 1), entry(strings.Repeat("n", 256), regular, 0, 16, 1), good)), 1},
	} {
		if got := Open(c.archive).Entries(); len(got) != c.want {
			t.Errorf("%s: %+v, want %d entries", name, got, c.want)
		}
	}
}

// FuzzEntries reads any bytes as an archive, some levels deep.
func FuzzEntries(f *testing.F) {
	f.Add(archiveOf(table(entry("a", regular, 5, 16, 10), entry("self", folder, 7, 32, 0))))
	f.Add(magic + "\x10\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff")
	f.Fuzz(func(t *testing.T, archive string) {
		total := 0
		var walk func(d Directory, depth int)
		walk = func(d Directory, depth int) {
			for _, e := range d.Entries() {
				total++
				if len(e.Content) > len(archive) || e.Name == "" {
					t.Fatalf("%+v", e)
				}
				if depth < 3 && total < 1000 {
					walk(e.Table, depth+1)
				}
			}
		}
		walk(Open(archive), 0)
	})
}
