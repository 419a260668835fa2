package virtio

import "eggcup/kernel/core/x86"

// weakFences says that the processor's fences do not reach the device: QEMU's
// own processor (TCG), when it has but one, leaves them out of the code that it
// makes, although its devices work on other threads. (QEMU 8.1 emits MFENCE,
// but still not the fence in an exchange.) What is written before a decision
// and what the decision reads are then reordered by the host's processor, and a
// side sleeps for ever that should have been woken. A device's register is read
// under QEMU's lock, which is a fence on the host.
var weakFences = onTCG()

// CPUID (SDM volume 2; the leaf of hypervisors is their common convention).
const (
	cpuidFeatures   = 1
	cpuidHypervisor = 1 << 31 // of ECX
	cpuidSignature  = 0x40000000
	signatureTCG    = 'T' | 'C'<<8 | 'G'<<16 | 'T'<<24 // of "TCGTCGTCGTCG"
)

func onTCG() bool {
	_, _, features, _ := x86.CPUID(cpuidFeatures, 0)
	if features&cpuidHypervisor == 0 {
		return false
	}
	_, first, _, _ := x86.CPUID(cpuidSignature, 0)
	return first == signatureTCG
}
