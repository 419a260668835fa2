package volume

import (
	"errors"
	"testing"
)

// A descriptor block whose second half did not reach the medium announces nonsense. It is the last thing in a log that
// ends there, and the end of all trust in one that goes on.
func TestTornDescriptor(t *testing.T) {
	for _, complete := range []bool{false, true} {
		d := format(t, "4096", "-b", "1024", "-J", "size=1", "-N", "64")
		v := mount(t, d)
		if errno := v.Close(); errno != 0 {
			t.Fatal(errno)
		}
		j := &v.journal
		logged := func(n uint32) []byte { return d.data[int(j.places[j.first+n])*v.blockSize:][:v.blockSize] }

		torn := logged(0)
		copy(torn, j.header(kindDescribe, v.blockSize))
		good := journalHeader
		putBig(torn, good, v.superBlock)
		bad := good + tagSize + uuidSize
		for at := bad; at < len(torn); at += 4 {
			putBig(torn, at, 0xfffffff0)
		}
		if complete {
			copy(logged(2), j.header(kindCommit, v.blockSize)) // after the one block that is announced
		} else {
			clear(logged(2))
		}
		putBig(d.data[int(j.places[0])*v.blockSize:], journalStart, j.first)

		_, err := Mount(d)
		if complete && !errors.Is(err, errJournal) {
			t.Errorf("a transaction that is complete and nonsense: %v", err)
		}
		if !complete && err != nil {
			t.Errorf("a transaction that the power's end has torn: %v", err)
		}
	}
}
