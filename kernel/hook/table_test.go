package hook

import (
	"slices"
	"syscall"
	"testing"
)

// TestCalls compares the table with what is registered.
func TestCalls(t *testing.T) {
	groups := map[string][]call{
		"descriptors": descriptorCalls, "files": fileCalls, "sockets": socketCalls,
		"transfers": transferCalls, "polls": pollCalls,
	}
	in := map[uintptr][]string{syscall.SYS_GETPID: {"getpid"}}
	for name, group := range groups {
		for _, c := range group {
			in[uintptr(c.number)] = append(in[uintptr(c.number)], name)
		}
	}
	for i, call := range Calls {
		found := in[call.Number]
		delete(in, call.Number)
		switch {
		case len(found) == 0:
			t.Errorf("%s is not registered", call.Name)
		case slices.Equal(found, []string{"files"}) != (call.Serves == "files"):
			t.Errorf("%s serves %q and is registered with %v", call.Name, call.Serves, found)
		case slices.Equal(found, []string{"sockets"}) != (call.Serves == withNet):
			t.Errorf("%s serves %q and is registered with %v", call.Name, call.Serves, found)
		}
		if i > 0 && call.Number <= Calls[i-1].Number {
			t.Errorf("%s is not in its place by number", call.Name)
		}
	}
	for number, found := range in {
		t.Errorf("%v serve %d, which is not in the table", found, number)
	}
}
