package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is how a component was started, and which process it became. It is kept as run/NAME.json,
// so that `start` can repeat it and `down` ends that process and no other.
type process struct {
	Path  string
	Args  []string
	Env   []string
	Clone uintptr // namespaces that it gets for itself
	PID   int
	Start string // time of its start: a number of a dead process may be given out again
}

func (p *plane) launch(name string, s process) error {
	log, err := os.OpenFile(p.path("log", name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	command := exec.Command(s.Path, s.Args...)
	command.Dir = p.dir
	command.Stdout, command.Stderr = log, log
	command.Env = append(os.Environ(), s.Env...)
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Cloneflags: s.Clone}
	if err := command.Start(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	s.PID, s.Start = command.Process.Pid, startTime(command.Process.Pid)
	go command.Wait() // reaped while this command lives, by process 1 afterwards
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(p.path("run", name+".json"), text, 0o644)
}

func (p *plane) record(name string) (process, error) {
	var s process
	text, err := os.ReadFile(p.path("run", name+".json"))
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("run/%s.json: %w", name, err)
	}
	return s, nil
}

// live is the number of the component's process, 0 when it does not run.
func (p *plane) live(name string) int {
	s, err := p.record(name)
	if err != nil || s.PID == 0 || startTime(s.PID) != s.Start {
		return 0
	}
	return s.PID
}

// stop sends a signal, waits for the end, and kills what is still there after that.
func (p *plane) stop(name string, signal syscall.Signal, patience time.Duration) error {
	pid := p.live(name)
	if pid == 0 {
		return nil
	}
	_ = syscall.Kill(pid, signal)
	if p.gone(name, patience) {
		return nil
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
	if !p.gone(name, 5*time.Second) {
		return fmt.Errorf("%s (process %d) does not end", name, pid)
	}
	return nil
}

func (p *plane) gone(name string, patience time.Duration) bool {
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if p.live(name) == 0 {
			return true
		}
	}
	return p.live(name) == 0
}

// repeat starts a component again, just as it was started before.
func (p *plane) repeat(name string) error {
	if p.live(name) != 0 {
		return fmt.Errorf("%s runs already", name)
	}
	s, err := p.record(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s was never part of this cluster", name)
	}
	if err != nil {
		return err
	}
	return p.launch(name, s)
}

// startTime is field 22 of /proc/PID/stat, empty for a process that is gone. One that has ended and
// was not reaped is gone: process 1 of a container often reaps nobody.
func startTime(pid int) string {
	fields := statFields(pid)
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return ""
	}
	return fields[19]
}

// statFields are those of /proc/PID/stat from the third, the state, on.
func statFields(pid int) []string {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return nil
	}
	// The second is a name in brackets, which may hold anything.
	return strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
}
