package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// ps prints one line for each component that runs.
func (p *plane) ps(out io.Writer) error {
	const format = "%-11s %8v %9v %9v %9v %8v\n"
	if _, err := fmt.Fprintf(out, format, "COMPONENT", "PID", "RSS_KIB", "OWN_KIB", "PEAK_KIB", "CPU_S"); err != nil {
		return err
	}
	for _, name := range p.running() {
		pid := p.live(name)
		memory := memoryOf(pid)
		_, err := fmt.Fprintf(out, format, name, pid, memory["VmRSS"], memory["RssAnon"], memory["VmHWM"],
			fmt.Sprintf("%.2f", cpuSeconds(pid)))
		if err != nil {
			return err
		}
	}
	return nil
}

// memoryOf are the lines of /proc/PID/status that count KiB. RssAnon leaves out what is shared: all
// components are one program, whose text they share.
func memoryOf(pid int) map[string]string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	values := map[string]string{}
	for _, line := range strings.Split(string(text), "\n") {
		name, value, found := strings.Cut(line, ":")
		if found && strings.HasSuffix(value, " kB") {
			values[name] = strings.TrimSpace(strings.TrimSuffix(value, " kB"))
		}
	}
	return values
}

func cpuSeconds(pid int) float64 {
	fields := statFields(pid)
	if len(fields) < 13 {
		return 0
	}
	const ticksPerSecond = 100 // USER_HZ
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return float64(user+system) / ticksPerSecond
}
