package qemuexit

import (
	"errors"
	"testing"

	"eggcup/kernel/unit"
)

// TestInit reports what the debug console answers.
func TestInit(t *testing.T) {
	old := present
	t.Cleanup(func() { present = old })
	present = func() bool { return true }
	if err := Init(); err != nil {
		t.Error(err)
	}
	present = func() bool { return false }
	if err := Init(); !errors.Is(err, unit.ErrAbsent) {
		t.Errorf("error %v", err)
	}
}
