// loglevel sets the log level in an init function, before any unit is started.
package main

import (
	"fmt"

	"eggcup/kernel/klog"
)

func main() {
	klog.Debug("loglevel", "a message for debugging")
	klog.SetLevel(klog.LevelWarn)
	klog.Info("loglevel", "this must not be seen")
	fmt.Println("DONE")
}
