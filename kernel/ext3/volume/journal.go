package volume

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"syscall"
)

// The journal's blocks: big-endian, each with a header, but for the copies of
// what is to be written.
const (
	journalMagic  = 0xc03b3998
	kindDescribe  = 1
	kindCommit    = 2
	kindSuperOld  = 3
	kindSuper     = 4
	kindRevoke    = 5
	journalHeader = 12

	journalBlockSize  = 12
	journalLength     = 16
	journalFirst      = 20
	journalSequence   = 24
	journalStart      = 28
	journalError      = 32
	journalIncompat   = 40
	journalRevokes    = 1 // incompatible feature
	journalUUID       = 48
	uuidSize          = 16
	tagSize           = 8
	tagEscaped        = 1
	tagSameUUID       = 2
	tagLast           = 8
	minJournal        = 64 // blocks
	largestCommit     = 2048
	shareOfTheJournal = 4 // a transaction takes a quarter at most
)

var errJournal = errors.New("the journal is damaged: run e2fsck on it")

// journal is the log on the disk.
type journal struct {
	places   []uint32 // where its blocks are on the disk
	super    []byte
	first    uint32 // block of the log
	head     uint32 // where the next transaction goes
	sequence uint32 // its number
}

func big(b []byte, at int) uint32       { return binary.BigEndian.Uint32(b[at:]) }
func putBig(b []byte, at int, x uint32) { binary.BigEndian.PutUint32(b[at:], x) }

// later reports whether sequence number a is after b; they wrap around.
func later(a, b uint32) bool { return int32(a-b) > 0 }

// openJournal finds the blocks of the journal and checks its superblock.
func (v *Volume) openJournal() error {
	i, errno := v.inode(v.geometry.journal)
	if errno != 0 {
		return errJournal
	}
	super, errno := v.journalBlockAt(i, 0)
	if errno != 0 {
		return errJournal
	}
	kind := big(super, 4)
	length := big(super, journalLength)
	j := journal{super: super, first: big(super, journalFirst), sequence: big(super, journalSequence)}
	switch {
	case big(super, 0) != journalMagic || kind != kindSuper && kind != kindSuperOld:
		return errJournal
	case int(big(super, journalBlockSize)) != v.blockSize || length < minJournal || length > v.blocks ||
		j.first == 0 || j.first >= length || uint64(length)*uint64(v.blockSize) > uint64(i.size()):
		return errJournal
	case kind == kindSuper && big(super, journalIncompat)&^journalRevokes != 0:
		return fmt.Errorf("the journal has features that ext3 has not (%#x): run e2fsck on it, then tune2fs -O ^has_journal and tune2fs -j",
			big(super, journalIncompat))
	}
	j.places = make([]uint32, length)
	seen := make(map[uint32]bool, length)
	for n := range j.places {
		place, errno := i.place(uint64(n))
		if errno != 0 || !v.inRange(place) || seen[place] {
			return errJournal
		}
		seen[place] = true
		j.places[n] = place
	}
	j.head = j.first
	v.journal = j
	return nil
}

// journalBlockAt reads a block of the journal's file.
func (v *Volume) journalBlockAt(i inode, n uint64) ([]byte, syscall.Errno) {
	place, errno := i.place(n)
	if errno != 0 {
		return nil, errno
	}
	if !v.inRange(place) {
		return nil, syscall.EIO
	}
	b := make([]byte, v.blockSize)
	return b, v.read(b, place)
}

// logRecord is a copy in the log: where it is there, and where it belongs.
type logRecord struct {
	at, place uint32
	escaped   bool
	sequence  uint32
}

// recover writes what the log has in its place: a machine stopped before it
// did so itself.
func (v *Volume) recover() error {
	j := &v.journal
	start := big(j.super, journalStart)
	if start == 0 {
		return nil
	}
	if start < j.first || start >= uint32(len(j.places)) {
		return errJournal
	}
	records, revoked, next, err := v.scan(start)
	if err != nil {
		return err
	}
	for _, r := range records {
		if at, ok := revoked[r.place]; ok && !later(r.sequence, at) {
			continue
		}
		b := make([]byte, v.blockSize)
		if v.read(b, j.places[r.at]) != 0 {
			return syscall.EIO
		}
		if r.escaped {
			putBig(b, 0, journalMagic)
		}
		if v.write(b, r.place) != 0 {
			return syscall.EIO
		}
	}
	j.sequence = next
	clear(v.cache) // it may have what was there before
	return nil
}

// scan reads the log from a block on, as far as its transactions are complete,
// and returns the copies in it, the blocks that were revoked with the last
// transaction that did so, and the sequence number after it.
func (v *Volume) scan(start uint32) (records []logRecord, revoked map[uint32]uint32, next uint32, err error) {
	j := &v.journal
	revoked = map[uint32]uint32{}
	sequence, at := j.sequence, start
	// What the transaction has that is not complete yet.
	var found []logRecord
	gone := map[uint32]struct{}{}
	// Whether it announces what no transaction does. Then it counts only if it is complete: a block that was being
	// written when the power went is part of one that is not.
	broken := false
	b := make([]byte, v.blockSize)
	step := func() {
		at++
		if at == uint32(len(j.places)) {
			at = j.first
		}
	}
	for range j.places { // the log is no longer than that
		if v.read(b, j.places[at]) != 0 {
			return nil, nil, 0, syscall.EIO
		}
		if big(b, 0) != journalMagic || big(b, 8) != sequence {
			break
		}
		step()
		switch big(b, 4) {
		case kindDescribe:
			for _, tag := range tags(b) {
				if !v.logged(tag.place) || len(records)+len(found) > len(j.places) {
					broken = true
					break
				}
				found = append(found, logRecord{at, tag.place, tag.escaped, sequence})
				step()
			}
		case kindRevoke:
			end := min(int(big(b, journalHeader)), v.blockSize)
			for p := journalHeader + 4; p+4 <= end; p += 4 {
				if place := big(b, p); v.logged(place) {
					gone[place] = struct{}{}
				}
			}
		case kindCommit:
			if broken {
				return nil, nil, 0, errJournal
			}
			records = append(records, found...)
			for place := range gone {
				revoked[place] = sequence
			}
			found, gone = nil, map[uint32]struct{}{}
			sequence++
		default:
			return nil, nil, 0, errJournal
		}
	}
	return records, revoked, sequence, nil
}

// logged says whether the log can be about a block. What it says of others is
// not kept, so that the volume's size bounds the memory that a log takes.
func (v *Volume) logged(place uint32) bool { return v.inRange(place) || place == v.superBlock }

// tag is an entry of a descriptor block.
type tag struct {
	place   uint32
	escaped bool
}

func tags(b []byte) (all []tag) {
	for at := journalHeader; at+tagSize <= len(b); {
		flags := uint32(binary.BigEndian.Uint16(b[at+6:]))
		all = append(all, tag{big(b, at), flags&tagEscaped != 0})
		at += tagSize
		if flags&tagSameUUID == 0 {
			at += uuidSize
		}
		if flags&tagLast != 0 {
			break
		}
	}
	return all
}

// tagsPerBlock is how many blocks one descriptor block announces.
func (v *Volume) tagsPerBlock() int { return (v.blockSize - journalHeader - uuidSize) / tagSize }

// capacity is how many changed blocks a transaction may have.
func (v *Volume) capacity() int { return min(len(v.journal.places)/shareOfTheJournal, largestCommit) }

// commit makes the running transaction survive: all of it or nothing.
//
// What was written to files went to the disk at once; the first flush has it on
// the medium, with the copies in the log, before the block that makes the
// transaction count.
func (v *Volume) commit() syscall.Errno {
	if v.failed {
		return syscall.EIO
	}
	if len(v.running) == 0 {
		return v.flush()
	}
	j := &v.journal
	log := v.logOf(v.running)
	if int(j.head)+len(log)/v.blockSize+1 > len(j.places) {
		return v.fail(errors.New("a change does not fit into the journal: make the volume with a larger one, mke2fs -J size="))
	}
	if errno := v.writeLog(log); errno != 0 {
		return errno
	}
	if errno := v.flush(); errno != 0 {
		return errno
	}
	if errno := v.writeLog(j.header(kindCommit, v.blockSize)); errno != 0 {
		return errno
	}
	if errno := v.flush(); errno != 0 {
		return errno
	}
	j.sequence++
	for _, b := range v.running {
		b.changed = false
		if !b.pending {
			b.pending = true
			v.pending = append(v.pending, b)
		}
	}
	v.running, v.urgent = v.running[:0], false
	clear(v.freed)
	left := len(j.places) - int(j.head)
	if v.freedMetadata || left < 2*v.capacity()+2 {
		return v.checkpoint()
	}
	return 0
}

// header returns a block of the log with nothing but its header.
func (j *journal) header(kind uint32, size int) []byte {
	b := make([]byte, size)
	putBig(b, 0, journalMagic)
	putBig(b, 4, kind)
	putBig(b, 8, j.sequence)
	return b
}

// logOf returns a transaction's blocks of the log, without the commit.
func (v *Volume) logOf(blocks []*block) (log []byte) {
	for chunk := range slices.Chunk(blocks, v.tagsPerBlock()) {
		describe := v.journal.header(kindDescribe, v.blockSize)
		at := journalHeader
		copies := make([]byte, 0, len(chunk)*v.blockSize)
		for n, b := range chunk {
			flags := uint16(0)
			if n > 0 {
				flags |= tagSameUUID
			}
			if n == len(chunk)-1 {
				flags |= tagLast
			}
			from := len(copies)
			copies = append(copies, b.data...)
			if big(b.data, 0) == journalMagic { // it would look like a block of the log
				putBig(copies, from, 0)
				flags |= tagEscaped
			}
			putBig(describe, at, b.number)
			binary.BigEndian.PutUint16(describe[at+6:], flags)
			at += tagSize
			if n == 0 {
				copy(describe[at:], v.journal.super[journalUUID:][:uuidSize])
				at += uuidSize
			}
		}
		log = append(append(log, describe...), copies...)
	}
	return log
}

// writeLog writes blocks to the head of the log.
func (v *Volume) writeLog(b []byte) syscall.Errno {
	j := &v.journal
	for len(b) > 0 {
		start := j.places[j.head]
		n := uint32(1)
		for int(n)*v.blockSize < len(b) && j.places[j.head+n] == start+n {
			n++
		}
		if errno := v.write(b[:int(n)*v.blockSize], start); errno != 0 {
			return errno
		}
		b = b[int(n)*v.blockSize:]
		j.head += n
	}
	return 0
}

// checkpoint writes what the log has in its place, and empties the log. There
// is no running transaction.
//
// Until then a block that once was metadata must not become a file's: recovery
// would write the old content over the file's.
func (v *Volume) checkpoint() syscall.Errno {
	slices.SortFunc(v.pending, func(a, b *block) int { return cmp.Compare(a.number, b.number) })
	for n := 0; n < len(v.pending); {
		first := v.pending[n].number
		var run []byte
		for n < len(v.pending) && v.pending[n].number == first+uint32(len(run)/v.blockSize) {
			run = append(run, v.pending[n].data...)
			n++
		}
		if errno := v.write(run, first); errno != 0 {
			return errno
		}
	}
	if errno := v.flush(); errno != 0 {
		return errno
	}
	for _, b := range v.pending {
		b.pending = false
	}
	v.pending, v.freedMetadata = v.pending[:0], false
	v.journal.head = v.journal.first
	return v.writeJournalSuper(v.journal.first)
}

// writeJournalSuper says where the log starts; 0 means that it is empty.
func (v *Volume) writeJournalSuper(start uint32) syscall.Errno {
	j := &v.journal
	putBig(j.super, journalStart, start)
	putBig(j.super, journalSequence, j.sequence)
	if errno := v.write(j.super, j.places[0]); errno != 0 {
		return errno
	}
	return v.flush()
}
