package main

import (
	"fmt"
	"slices"
	"strings"

	"eggcup/kernel/core/syscalls"
	"eggcup/kernel/hook"
)

// row is a line of the table of Linux calls.
type row struct {
	number             int
	name, level, where string
	note               string
}

var levels = [...]string{
	syscalls.Missing: "missing",
	syscalls.Stub:    "stub",
	syscalls.Partial: "partial",
	syscalls.Full:    "full",
}

// linuxRows joins the kernel's table with that of package hook, by number.
func linuxRows() ([]row, error) {
	byNumber := map[int]*row{}
	for number, entry := range syscalls.Table {
		if entry.Name != "" {
			where := "kernel"
			if slices.Contains(syscalls.ServerCalls[:], number) {
				where = "kernel with VFS or INET"
			}
			byNumber[number] = &row{number, entry.Name, levels[entry.Level], where, entry.Note}
		}
	}
	for _, call := range hook.Calls {
		number := int(call.Number)
		r := byNumber[number]
		if r == nil {
			byNumber[number] = hooked(call)
			continue
		}
		if r.name != call.Name {
			return nil, fmt.Errorf("call %d is %s in the kernel and %s in package hook", number, r.name, call.Name)
		}
		if units := call.Units(); units != "" {
			without := "without " + units + ": " + join(r.level, r.note)
			*r = *hooked(call)
			r.where, r.note = r.where+"; else kernel", join(r.note, without)
			continue
		}
		if call.Serves == "all" {
			*r = *hooked(call)
			r.where = "goroutine; kernel for the runtime's own"
			continue
		}
		r.where = "kernel; goroutine for " + call.Serves
		r.note = join(r.note, call.Differs)
	}
	rows := make([]row, 0, len(byNumber))
	for _, r := range byNumber {
		rows = append(rows, *r)
	}
	slices.SortFunc(rows, func(a, b row) int { return a.number - b.number })
	return rows, nil
}

// hooked is the row of a call that the kernel does not have.
func hooked(call hook.Call) *row {
	level := "full"
	if call.Differs != "" {
		level = "partial"
	}
	where := "goroutine"
	if units := call.Units(); units != "" {
		where += " with " + units
	}
	return &row{int(call.Number), call.Name, level, where, call.Differs}
}

func join(notes ...string) string {
	return strings.Join(slices.DeleteFunc(notes, func(s string) bool { return s == "" }), "; ")
}

// summary counts the rows of each level, the most complete first.
func summary(rows []row) string {
	var parts []string
	for _, level := range slices.Backward(levels[:]) {
		count := 0
		for _, r := range rows {
			if r.level == level {
				count++
			}
		}
		parts = append(parts, fmt.Sprintf("%d %s", count, level))
	}
	return fmt.Sprintf("%d calls: %s", len(rows), strings.Join(parts, ", "))
}
