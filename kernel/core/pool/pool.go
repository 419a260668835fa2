// Package pool hands out kernel objects of one size from whole pages.
//
// Objects come zeroed and may hold pointers to one another: neither they nor
// the pages are in the Go heap. Pages are never given back; the most objects
// that were ever alive at once decide how many there are.
//
// Context: kernel, kernel lock held.
package pool

import "eggcup/kernel/core/raw"

// PageSize is the size of the pages that objects are cut from.
const PageSize = 4096

// Page returns the address of a zeroed page, or 0 when memory is short. Boot
// code sets it; host tests give pages of their own.
var Page func() uintptr

// Pool hands out objects of Size bytes.
type Pool struct {
	Size uintptr // a multiple of 8, at most PageSize
	free uintptr // list of free objects, linked through their first word
}

// Get returns the address of a zeroed object, or 0 when memory is short.
func (p *Pool) Get() uintptr {
	if p.free == 0 && !p.refill() {
		return 0
	}
	object := p.free
	p.free = raw.Load(object)
	raw.Clear(object, p.Size)
	return object
}

// Put takes an object back.
func (p *Pool) Put(object uintptr) {
	raw.Store(object, p.free)
	p.free = object
}

func (p *Pool) refill() bool {
	page := Page()
	if page == 0 {
		return false
	}
	for at := page; at+p.Size <= page+PageSize; at += p.Size {
		p.Put(at)
	}
	return true
}
