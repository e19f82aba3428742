package state

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// sinceBoot reads the kernel's CLOCK_BOOTTIME, in hundredths of a second.
func sinceBoot() (id string, since time.Duration) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", 0
	}
	uptime, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return "", 0
	}
	first, _, _ := strings.Cut(string(uptime), " ")
	seconds, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return "", 0
	}
	return strings.TrimSpace(string(boot)), time.Duration(seconds * float64(time.Second))
}
