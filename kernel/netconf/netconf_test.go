package netconf

import "testing"

// TestResolvConf lets several sources speak, change their minds and go.
func TestResolvConf(t *testing.T) {
	steps := []struct {
		name            string
		source          string
		servers, search []string
		want            string
	}{
		{"nothing", "eth0", nil, nil, ""},
		{"one", "eth0", []string{"10.0.2.3"}, []string{"lan"}, "search lan\nnameserver 10.0.2.3\n"},
		{"a second, partly the same", "eth1", []string{"fd00::3", "10.0.2.3"}, []string{"lan", "home"},
			"search lan home\nnameserver 10.0.2.3\nnameserver fd00::3\n"},
		{"renewed", "eth0", []string{"10.0.2.4"}, nil,
			"search lan home\nnameserver 10.0.2.4\nnameserver fd00::3\nnameserver 10.0.2.3\n"},
		{"the first gone", "eth0", nil, nil, "search lan home\nnameserver fd00::3\nnameserver 10.0.2.3\n"},
		{"all gone", "eth1", nil, nil, ""},
	}
	for _, step := range steps {
		SetResolver(step.source, step.servers, step.search)
		if got := string(ResolvConf()); got != step.want {
			t.Errorf("%s: %q, want %q", step.name, got, step.want)
		}
	}
}
