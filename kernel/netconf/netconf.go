// Package netconf holds what the network has told this machine: the name
// servers, which DHCP, router advertisements and the configuration give, and
// which package vfs shows as /etc/resolv.conf.
//
// Specification: resolv.conf(5).
//
// Context: goroutine.
package netconf

import (
	"slices"
	"strings"
	"sync"
)

// resolver is what one source has said.
type resolver struct {
	source  string
	servers []string
	search  []string
}

var (
	mu sync.Mutex
	// resolvers are in the order in which their sources first spoke. Guarded
	// by mu.
	resolvers []resolver
)

// SetResolver replaces what source, such as the name of an interface, has said
// about name servers: addresses, and domains in which short names are looked
// up. Without servers and domains the source is forgotten.
func SetResolver(source string, servers, search []string) {
	mu.Lock()
	defer mu.Unlock()
	said := resolver{source, slices.Clone(servers), slices.Clone(search)}
	i := slices.IndexFunc(resolvers, func(r resolver) bool { return r.source == source })
	switch nothing := len(servers) == 0 && len(search) == 0; {
	case i < 0 && !nothing:
		resolvers = append(resolvers, said)
	case i >= 0 && nothing:
		resolvers = slices.Delete(resolvers, i, i+1)
	case i >= 0:
		resolvers[i] = said
	}
}

// ResolvConf returns the text of /etc/resolv.conf, each server and each domain
// once.
func ResolvConf() []byte {
	mu.Lock()
	defer mu.Unlock()
	var servers, search []string
	for _, r := range resolvers {
		servers = appendNew(servers, r.servers)
		search = appendNew(search, r.search)
	}
	var text []byte
	if len(search) > 0 {
		text = append(text, "search "+strings.Join(search, " ")+"\n"...)
	}
	for _, server := range servers {
		text = append(text, "nameserver "+server+"\n"...)
	}
	return text
}

func appendNew(list, more []string) []string {
	for _, one := range more {
		if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}
