// observe reads /proc and /sys as programs do that tell how they are: by the
// libraries that most of them use.
package main

import (
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/klauspost/cpuid/v2"
	"github.com/prometheus/procfs"
	"github.com/prometheus/procfs/sysfs"
	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
	gonet "github.com/shirou/gopsutil/v4/net"
	"github.com/shirou/gopsutil/v4/process"
	"go.uber.org/automaxprocs/maxprocs"
)

// check says whether an answer makes sense; details only when it does not.
func check(name string, sense bool, details ...any) {
	if sense {
		fmt.Println("ok", name)
		return
	}
	fmt.Println(append([]any{"FAIL", name}, details...)...)
}

func main() {
	system()
	network()
	itself()
	files()
	limits()
	fmt.Println("DONE")
}

// system is gopsutil about the machine.
func system() {
	memory, err := mem.VirtualMemory()
	check("memory", err == nil && memory.Total > 32<<20 && memory.Available > 0 && memory.Used < memory.Total, memory, err)
	_, err = mem.SwapMemory()
	check("swap", err == nil, err)
	infos, err := cpu.Info()
	check("processors", err == nil && len(infos) == runtime.NumCPU() && infos[0].ModelName != "" && infos[0].Mhz > 0, infos, err)
	counts, err := cpu.Counts(false)
	check("cores", err == nil && counts >= 1, counts, err)
	times, err := cpu.Times(true)
	check("times of processors", err == nil && len(times) == runtime.NumCPU() && times[0].Total() > 0, times, err)
	busy, err := cpu.Percent(50*time.Millisecond, false)
	check("load of the processors", err == nil && len(busy) == 1 && busy[0] >= 0 && busy[0] <= 100, busy, err)
	average, err := load.Avg()
	check("load average", err == nil && average.Load1 >= 0, average, err)
	misc, err := load.Misc()
	check("processes", err == nil && misc.ProcsTotal >= 1, misc, err)
	info, err := host.Info()
	check("host", err == nil && info.Hostname != "" && info.KernelVersion != "" && info.OS == "linux" && info.BootTime > 1e9, info, err)
	up, err := host.Uptime()
	check("uptime", err == nil && up < 1e9, up, err)
	usage, err := disk.Usage("/")
	check("room", err == nil && usage.Total > 0 && usage.Free <= usage.Total, usage, err)
	parts, err := disk.Partitions(true)
	check("mounts", err == nil && len(parts) > 0, parts, err)
	_, err = disk.IOCounters()
	check("disks", err == nil, err)
}

// network is gopsutil about the interfaces and connections.
func network() {
	interfaces, err := gonet.Interfaces()
	check("interfaces", err == nil && len(interfaces) > 0, interfaces, err)
	counters, err := gonet.IOCounters(true)
	check("counters of interfaces", err == nil && len(counters) == len(interfaces), counters, err)
	_, err = gonet.Connections("all")
	check("connections", err == nil, err)
	_, err = gonet.ProtoCounters(nil)
	check("counters of protocols", err == nil, err)
}

// itself is what gopsutil and procfs tell about the program.
func itself() {
	p, err := process.NewProcess(int32(os.Getpid()))
	if err != nil {
		check("process", false, err)
		return
	}
	name, err := p.Name()
	check("name", err == nil && name != "", name, err)
	line, err := p.Cmdline()
	check("command line", err == nil && line != "", line, err)
	memory, err := p.MemoryInfo()
	check("memory of the program", err == nil && memory.RSS > 1<<20 && memory.VMS >= memory.RSS, memory, err)
	times, err := p.Times()
	check("times of the program", err == nil && times.User >= 0, times, err)
	threads, err := p.NumThreads()
	check("threads", err == nil && threads > 1, threads, err)
	descriptors, err := p.NumFDs()
	check("descriptors", err == nil && descriptors >= 3, descriptors, err)
	open, err := p.OpenFiles()
	check("open files", err == nil && len(open) >= 0, open, err)
	created, err := p.CreateTime()
	check("time of its start", err == nil && time.Since(time.UnixMilli(created)) < 24*time.Hour && time.Since(time.UnixMilli(created)) > -time.Minute, created, err)
	status, err := p.Status()
	check("status", err == nil && len(status) > 0, status, err)
	executable, err := p.Exe()
	check("executable", err == nil && executable != "", executable, err)
	directory, err := p.Cwd()
	check("directory", err == nil && directory != "", directory, err)
	_, err = p.Environ()
	check("environment", err == nil, err)
	_, err = p.IOCounters()
	check("bytes read and written", err == nil, err)
	switches, err := p.NumCtxSwitches()
	check("switches", err == nil && switches != nil, switches, err)
	maps, err := p.MemoryMaps(true)
	check("maps", err == nil && maps != nil && len(*maps) > 0, maps, err)
	limits, err := p.Rlimit()
	check("limits", err == nil && len(limits) > 5, limits, err)
	user, err := p.Username()
	check("user", err == nil && user != "", user, err)
	parent, err := p.Ppid()
	check("parent", err == nil && parent >= 0, parent, err)
	pids, err := process.Pids()
	check("pids", err == nil && len(pids) >= 1, pids, err)
}

// files is procfs, which client_golang's collectors use.
func files() {
	fs, err := procfs.NewDefaultFS()
	check("procfs", err == nil, err)
	stat, err := fs.Stat()
	check("procfs stat", err == nil && stat.BootTime > 1e9 && len(stat.CPU) == runtime.NumCPU(), stat, err)
	memory, err := fs.Meminfo()
	check("procfs meminfo", err == nil && memory.MemTotal != nil && *memory.MemTotal > 0 && memory.MemAvailable != nil, memory, err)
	infos, err := fs.CPUInfo()
	check("procfs cpuinfo", err == nil && len(infos) == runtime.NumCPU(), infos, err)
	_, err = fs.LoadAvg()
	check("procfs loadavg", err == nil, err)
	devices, err := fs.NetDev()
	check("procfs net/dev", err == nil && len(devices) > 0, devices, err)
	_, err = fs.NetSockstat()
	check("procfs net/sockstat", err == nil, err)
	_, err = fs.NetTCPSummary()
	check("procfs net/tcp", err == nil, err)
	_, err = fs.VM()
	check("procfs sys/vm", err == nil, err)
	self, err := fs.Self()
	check("procfs self", err == nil && self.PID == os.Getpid(), self, err)
	own, err := self.Stat()
	check("procfs self/stat", err == nil && own.PID == os.Getpid() && own.ResidentMemory() > 1<<20 && own.VirtualMemory() > 1<<20, own, err)
	start, err := own.StartTime()
	check("procfs start", err == nil && start > 1e9, start, err)
	status, err := self.NewStatus()
	check("procfs self/status", err == nil && status.VmRSS > 1<<20 && status.Name != "", status, err)
	limits, err := self.Limits()
	check("procfs self/limits", err == nil && limits.OpenFiles > 10, limits, err)
	count, err := self.FileDescriptorsLen()
	check("procfs self/fd", err == nil && count >= 3, count, err)
	mounts, err := procfs.GetMounts()
	check("procfs self/mountinfo", err == nil && len(mounts) > 0, mounts, err)
	groups, err := self.Cgroups()
	check("procfs self/cgroup", err == nil && len(groups) > 0, groups, err)
	_, err = self.Netstat()
	check("procfs self/net/netstat", err == nil, err)
	_, err = self.IO()
	check("procfs self/io", err == nil, err)
	_, err = self.Schedstat()
	check("procfs self/schedstat", err == nil, err)
	maps, err := self.ProcMaps()
	check("procfs self/maps", err == nil && len(maps) >= 3, len(maps), err)
	sys, err := sysfs.NewDefaultFS()
	check("sysfs", err == nil, err)
	processors, err := sys.CPUs()
	check("sysfs cpu", err == nil && len(processors) == runtime.NumCPU(), processors, err)
	class, err := sys.NetClassDevices()
	check("sysfs class/net", err == nil && len(class) > 0, class, err)
	for _, device := range class {
		one, err := sys.NetClassByIface(device)
		check("sysfs class/net/...", err == nil && one.MTU != nil && *one.MTU > 0 && one.Address != "", one, err)
		break
	}
}

// limits are the libraries that set GOMAXPROCS and GOMEMLIMIT.
func limits() {
	undo, err := maxprocs.Set()
	check("automaxprocs", err == nil && runtime.GOMAXPROCS(0) >= 1, err)
	undo()
	limit, err := memlimit.Set(memlimit.WithRatio(0.9), memlimit.WithProvider(
		memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)))
	check("automemlimit", err == nil && limit > 1<<20, limit, err)
	check("cpuid", cpuid.CPU.BrandName != "" && cpuid.CPU.LogicalCores >= 0 && cpuid.CPU.Supports(cpuid.SSE2), cpuid.CPU.BrandName)
}
