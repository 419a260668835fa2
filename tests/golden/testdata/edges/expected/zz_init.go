// Written by `eggcup generate` from the configuration; it may be edited. `eggcup build` takes it as it is, and says
// when the configuration has moved on. The second hash tells an edited file, which is only overwritten with --force.
//
// eggcup:config sha256:708847a58c173c4b3e749a04e0c89b11096b37d10e3ab032a4672ce801e753f1
// eggcup:body sha256:392cbda4e560932df578b78870c3ba3fba5de76376926a7563109767e72c9eab

package main

import (
	eggcupE1000 "eggcup/drivers/e1000"
	eggcupKbd "eggcup/drivers/kbd"
	eggcupMmio "eggcup/drivers/mmio"
	eggcupPci "eggcup/drivers/pci"
	eggcupVirtionet "eggcup/drivers/virtionet"
	eggcupInet "eggcup/kernel/inet"
	eggcupUnit "eggcup/kernel/unit"
)

// init starts the configured units, in the order of their dependencies; one that was started before is left alone.
func init() {
	eggcupUnit.SetMaxProcs(0)
	eggcupUnit.Start("KBD", eggcupKbd.Init)
	eggcupUnit.Start("MMIO", eggcupMmio.Init)
	eggcupUnit.Start("PCI", eggcupPci.Init)
	// BUS_READY depends on PCI, E1000 depends on BUS_READY.
	eggcupUnit.Start("E1000", eggcupE1000.Init)
	// VIRTIONET depends on MMIO.
	// VIRTIONET depends on PCI.
	eggcupUnit.Start("VIRTIONET", eggcupVirtionet.Init)
	// E1000 provides HAVE_NETDEV, INET depends on HAVE_NETDEV.
	// INET depends on KBD.
	// VIRTIONET provides HAVE_NETDEV, INET depends on HAVE_NETDEV.
	eggcupUnit.Start("INET", eggcupInet.Init)
}
