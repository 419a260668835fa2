// Package registry keeps what drivers have found, for the services that start
// after them.
//
// Context: goroutine.
package registry

import (
	"slices"
	"sync"
)

// List is what was found, in that order. Its zero value is empty.
type List[T any] struct {
	mu    sync.Mutex
	found []T // guarded by mu
}

// Add appends v; drivers do so in Init.
func (l *List[T]) Add(v T) {
	l.mu.Lock()
	l.found = append(l.found, v)
	l.mu.Unlock()
}

// All returns what was added so far.
func (l *List[T]) All() []T {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.found)
}
