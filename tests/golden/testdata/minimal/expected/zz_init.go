// Written by `eggcup generate` from the configuration; it may be edited. `eggcup build` takes it as it is, and says
// when the configuration has moved on. The second hash tells an edited file, which is only overwritten with --force.
//
// eggcup:config sha256:f7f61a0d48632c52312ab4409735e550d9849b25435325a3537c1498d68089e7
// eggcup:body sha256:2dce72f71b77f8e67c49cdb25c3228e45481ae0684312027e142cffbe62fd5e1

package main

import (
	eggcupUnit "eggcup/kernel/unit"
)

// init starts the configured units, in the order of their dependencies; one that was started before is left alone.
func init() {
	eggcupUnit.SetMaxProcs(4)
}
