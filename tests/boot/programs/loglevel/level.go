package main

import "eggcup/kernel/klog"

// This file sorts before zz_init.go, which starts the units: what init does here holds for them.
func init() { klog.SetLevel(klog.LevelDebug) }
