// Written by `eggcup generate` from the configuration; it may be edited. `eggcup build` takes it as it is, and says
// when the configuration has moved on. The second hash tells an edited file, which is only overwritten with --force.
//
// eggcup:config sha256:6f386dc6663e65f651e2a9478296ccac3bef33dc4d408961427c25581e829867
// eggcup:body sha256:c935a51945a7138dfa6e93438f1db7cb28ddafe3b3b35875ebc17f927e211433

package main

import (
	eggcupUnit "eggcup/kernel/unit"
)

// init starts the configured units, in the order of their dependencies; one that was started before is left alone.
func init() {
	eggcupUnit.SetMaxProcs(2)
}
