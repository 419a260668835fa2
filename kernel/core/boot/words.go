package boot

import "eggcup/kernel/core/raw"

// words scans a text word by word. Words are separated by spaces; between two
// " a space is part of the word.
type words struct {
	text string
	word string // the last one found; a part of text, without its quotes
}

// scan finds the next word and reports whether there is one.
func (w *words) scan() bool {
	i := 0
	for i < len(w.text) && w.text[i] == ' ' {
		i++
	}
	if i == len(w.text) {
		return false
	}
	end := byte(' ')
	if w.text[i] == '"' {
		end = '"'
		i++
	}
	start := i
	for i < len(w.text) && w.text[i] != end {
		i++
	}
	w.word = w.text[start:i]
	w.text = w.text[i:]
	if end == '"' && len(w.text) > 0 {
		w.text = w.text[1:]
	}
	return true
}

// hasPrefix reports whether a word starts with prefix.
func hasPrefix(word, prefix string) bool {
	return len(word) >= len(prefix) && word[:len(prefix)] == prefix
}

// isAssignment reports whether a word is NAME=VALUE.
func isAssignment(word string) bool {
	for i := 0; i < len(word); i++ {
		c := word[i]
		switch {
		case c == '=':
			return i > 0
		case c == '_', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9' && i > 0:
		default:
			return false
		}
	}
	return false
}

// decimal returns v, which is not negative, in digits; the string lies in
// buffer.
func decimal(buffer *[20]byte, v int) string {
	i := len(buffer)
	for {
		i--
		buffer[i] = byte('0' + v%10)
		v /= 10
		if v == 0 {
			return raw.String(&buffer[i], len(buffer)-i)
		}
	}
}
