package vfs

import (
	"runtime"
	"strconv"
	"strings"

	"eggcup/kernel/core/clock"
	"eggcup/kernel/core/x86"
)

// Leaves of CPUID (Intel SDM volume 2).
const (
	leafVendor   = 0
	leafFeatures = 1
	leafExtended = 7
	leafMore     = 0x80000000
	leafMore1    = 0x80000001
	leafBrand    = 0x80000002 // and the two after it
)

// flagNames are Linux's names for the bits of CPUID that programs look for.
var flagNames = [...]struct {
	leaf  uint32
	shift uint // of the register's bits: 0 for EAX, 32 EBX, 64 ECX, 96 EDX
	names string
}{
	{leafFeatures, 96, "0 fpu 4 tsc 5 msr 6 pae 8 cx8 9 apic 15 cmov 19 clflush 23 mmx 24 fxsr 25 sse 26 sse2 28 ht"},
	{leafFeatures, 64, "0 pni 1 pclmulqdq 9 ssse3 12 fma 13 cx16 19 sse4_1 20 sse4_2 21 x2apic 22 movbe 23 popcnt " +
		"25 aes 26 xsave 28 avx 29 f16c 30 rdrand 31 hypervisor"},
	{leafExtended, 32, "0 fsgsbase 3 bmi1 5 avx2 7 smep 8 bmi2 9 erms 10 invpcid 16 avx512f 17 avx512dq 18 rdseed 19 adx " +
		"20 smap 28 avx512cd 29 sha_ni 30 avx512bw 31 avx512vl"},
	{leafMore1, 96, "11 syscall 20 nx 26 pdpe1gb 27 rdtscp 29 lm"},
	{leafMore1, 64, "0 lahf_lm 5 abm"},
}

// cpuinfo is /proc/cpuinfo.
func cpuinfo() (b []byte) {
	signature, _, _, _ := x86.CPUID(leafFeatures, 0)
	family, model := signature>>8&15, signature>>4&15
	if family == 6 || family == 15 {
		model |= signature >> 12 & 0xf0
	}
	if family == 15 {
		family += signature >> 20 & 0xff
	}
	count := runtime.NumCPU()
	for i := range count {
		for _, line := range [...][2]string{
			{"processor\t", strconv.Itoa(i)},
			{"vendor_id\t", vendor()},
			{"cpu family\t", strconv.Itoa(int(family))},
			{"model\t\t", strconv.Itoa(int(model))},
			{"model name\t", brand()},
			{"cpu MHz\t\t", megahertz()},
			{"stepping\t", strconv.Itoa(int(signature & 15))},
			{"physical id\t", "0"},
			{"siblings\t", strconv.Itoa(count)},
			{"core id\t\t", strconv.Itoa(i)},
			{"cpu cores\t", strconv.Itoa(count)},
			{"flags\t\t", flags()},
			{"bogomips\t", megahertz()},
		} {
			b = append(b, line[0]+": "+line[1]+"\n"...)
		}
		b = append(b, '\n')
	}
	return b
}

// megahertz is the frequency of the time-stamp counter, which is the
// processor's as it is sold.
func megahertz() string {
	khz := clock.Frequency() / 1000
	fraction := strconv.FormatUint(1000+khz%1000, 10)[1:]
	return strconv.FormatUint(khz/1000, 10) + "." + fraction
}

// registers appends the bytes of registers, as CPUID spells text.
func registers(b []byte, values ...uint32) []byte {
	for _, v := range values {
		b = append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
	}
	return b
}

func vendor() string {
	_, b, c, d := x86.CPUID(leafVendor, 0)
	return string(registers(nil, b, d, c))
}

func brand() string {
	if highest, _, _, _ := x86.CPUID(leafMore, 0); highest < leafBrand+2 {
		return "unknown"
	}
	var text []byte
	for leaf := uint32(leafBrand); leaf <= leafBrand+2; leaf++ {
		a, b, c, d := x86.CPUID(leaf, 0)
		text = registers(text, a, b, c, d)
	}
	return strings.TrimSpace(strings.TrimRight(string(text), "\x00"))
}

func flags() string {
	highest, _, _, _ := x86.CPUID(leafVendor, 0)
	var found []string
	for _, set := range flagNames {
		if set.leaf < leafMore && set.leaf > highest {
			continue
		}
		a, b, c, d := x86.CPUID(set.leaf, 0)
		value := [...]uint32{a, b, c, d}[set.shift/32]
		words := strings.Fields(set.names)
		for i := 0; i < len(words); i += 2 {
			if bit, _ := strconv.Atoi(words[i]); value>>bit&1 != 0 {
				found = append(found, words[i+1])
			}
		}
	}
	return strings.Join(found, " ")
}
