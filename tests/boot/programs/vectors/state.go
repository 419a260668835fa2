package main

// state is what the crunching routines (crunch_amd64.s) load into vector registers; with SSE they use the low two lanes.
//
// A round adds delta to every integer lane, and multiplies every float lane by factor and adds addend.
type state struct {
	integers              [8][4]uint64
	floats                [5][4]float64
	delta                 [4]uint64
	factor, addend        [4]float64
	integersGo            [8][4]uint64
	floatsGo              [5][4]float64
	lanes                 int
	crunch                func(s *state, n int)
	crunched, differences int
}

func crunchSSE(s *state, n int)
func crunchAVX(s *state, n int)

func newState(seed uint64, lanes int, crunch func(s *state, n int)) *state {
	s := &state{lanes: lanes, crunch: crunch}
	for lane := range lanes {
		for i := range s.integers {
			s.integers[i][lane] = seed*0x9e3779b97f4a7c15 + uint64(i*4+lane)
		}
		for i := range s.floats {
			s.floats[i][lane] = float64(seed) + float64(i*4+lane)/16
		}
		s.delta[lane] = seed<<32 | uint64(lane+1)
		s.factor[lane] = 1 - 1/float64(seed+3)
		s.addend[lane] = float64(seed) / 7
	}
	s.integersGo, s.floatsGo = s.integers, s.floats
	return s
}

// run crunches n rounds in the vector registers and the same in Go, and counts the lanes in which the two differ.
func (s *state) run(n int) {
	s.crunch(s, n)
	s.crunched += n
	for lane := range s.lanes {
		for i := range s.integersGo {
			s.integersGo[i][lane] += uint64(n) * s.delta[lane]
			if s.integers[i][lane] != s.integersGo[i][lane] {
				s.differences++
				s.integersGo[i][lane] = s.integers[i][lane]
			}
		}
		for i := range s.floatsGo {
			v := s.floatsGo[i][lane]
			for range n {
				v = v * s.factor[lane]
				v = v + s.addend[lane]
			}
			if s.floats[i][lane] != v {
				s.differences++
			}
			s.floatsGo[i][lane] = s.floats[i][lane]
		}
	}
}
