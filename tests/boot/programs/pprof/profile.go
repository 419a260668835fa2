package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
)

// profile is the part of a pprof profile (github.com/google/pprof, proto/profile.proto) that this test looks at.
type profile struct {
	strings   []string
	functions map[uint64]uint64   // function id -> index of its name in strings
	locations map[uint64][]uint64 // location id -> function ids, inlined ones first
	stacks    []stack
	period    uint64
}

type stack struct {
	locations []uint64
	count     uint64
}

// samples returns the number of samples in all, and of those with the named function anywhere on their stack.
func (p *profile) samples(function string) (total, matching uint64) {
	for _, s := range p.stacks {
		total += s.count
		if p.onStack(s, function) {
			matching += s.count
		}
	}
	return total, matching
}

func (p *profile) onStack(s stack, function string) bool {
	for _, location := range s.locations {
		for _, id := range p.locations[location] {
			if p.strings[p.functions[id]] == function {
				return true
			}
		}
	}
	return false
}

var errMalformed = errors.New("malformed protocol buffer")

// fields calls f for every field of a protocol buffer message: with value for a varint, with body for a nested message,
// string or packed list. Profiles hold no other wire types.
func fields(message []byte, f func(number int, value uint64, body []byte)) error {
	for len(message) > 0 {
		key, n := binary.Uvarint(message)
		if n <= 0 {
			return errMalformed
		}
		message = message[n:]
		value, n := binary.Uvarint(message)
		if n <= 0 {
			return errMalformed
		}
		message = message[n:]
		switch key & 7 {
		case 0:
			f(int(key>>3), value, nil)
		case 2:
			if value > uint64(len(message)) {
				return errMalformed
			}
			f(int(key>>3), 0, message[:value])
			message = message[value:]
		default:
			return errMalformed
		}
	}
	return nil
}

// varints decodes a packed list, or the single value of an unpacked one.
func varints(value uint64, packed []byte) []uint64 {
	if packed == nil {
		return []uint64{value}
	}
	var list []uint64
	for len(packed) > 0 {
		v, n := binary.Uvarint(packed)
		if n <= 0 {
			break
		}
		list = append(list, v)
		packed = packed[n:]
	}
	return list
}

// parse reads a gzip-compressed profile.
func parse(compressed []byte) (*profile, error) {
	unzipper, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, err
	}
	message, err := io.ReadAll(unzipper)
	if err != nil {
		return nil, err
	}
	p := &profile{functions: map[uint64]uint64{}, locations: map[uint64][]uint64{}}
	var nested error
	err = fields(message, func(number int, value uint64, body []byte) {
		switch number {
		case 2:
			nested = errors.Join(nested, p.addSample(body))
		case 4:
			nested = errors.Join(nested, p.addLocation(body))
		case 5:
			nested = errors.Join(nested, p.addFunction(body))
		case 6:
			p.strings = append(p.strings, string(body))
		case 12:
			p.period = value
		}
	})
	return p, errors.Join(err, nested)
}

func (p *profile) addSample(body []byte) error {
	var s stack
	var values []uint64
	err := fields(body, func(number int, value uint64, packed []byte) {
		switch number {
		case 1:
			s.locations = append(s.locations, varints(value, packed)...)
		case 2:
			values = append(values, varints(value, packed)...)
		}
	})
	if err != nil || len(values) == 0 {
		return errors.Join(err, errMalformed)
	}
	s.count = values[0] // values are samples/count, cpu/nanoseconds
	p.stacks = append(p.stacks, s)
	return nil
}

func (p *profile) addLocation(body []byte) error {
	var id uint64
	var functions []uint64
	err := fields(body, func(number int, value uint64, line []byte) {
		switch number {
		case 1:
			id = value
		case 4:
			fields(line, func(number int, value uint64, _ []byte) {
				if number == 1 {
					functions = append(functions, value)
				}
			})
		}
	})
	p.locations[id] = functions
	return err
}

func (p *profile) addFunction(body []byte) error {
	var id, name uint64
	err := fields(body, func(number int, value uint64, _ []byte) {
		switch number {
		case 1:
			id = value
		case 2:
			name = value
		}
	})
	p.functions[id] = name
	return err
}
