package thread

// buckets of the table of threads; a power of two. Only tgkill(2) looks a
// thread up, so a chain of a few dozen with thousands of threads will do.
const buckets = 256

var (
	byID   [buckets]*Thread // guarded by Kernel
	lastID int32            // guarded by Kernel
	count  int              // guarded by Kernel
)

// Register gives t an id and makes it findable. Ids grow from 1: the first is
// the process id too.
func Register(t *Thread) {
	lastID++
	t.ID = lastID
	b := &byID[t.ID%buckets]
	t.hashNext = *b
	*b = t
	count++
}

// Unregister removes t from the table.
func Unregister(t *Thread) {
	for p := &byID[t.ID%buckets]; *p != nil; p = &(*p).hashNext {
		if *p == t {
			*p = t.hashNext
			count--
			return
		}
	}
}

// Lookup returns the thread with the given id, or nil.
func Lookup(id int32) *Thread {
	if id <= 0 {
		return nil
	}
	for t := byID[id%buckets]; t != nil; t = t.hashNext {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// Count returns how many threads there are.
func Count() int { return count }

// Each calls visit for every thread until it returns false.
func Each(visit func(*Thread) bool) {
	for i := range byID {
		for t := byID[i]; t != nil; {
			next := t.hashNext
			if !visit(t) {
				return
			}
			t = next
		}
	}
}
