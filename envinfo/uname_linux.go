package envinfo

import "syscall"

// uname is Python's os.uname with the processor, which Linux does not tell:
// system, node, release, version, machine, "". gopsutil lacks the version.
func uname() [6]string {
	var u syscall.Utsname
	if err := syscall.Uname(&u); err != nil {
		return [6]string{"Linux"}
	}
	return [6]string{
		cString(u.Sysname[:]), cString(u.Nodename[:]), cString(u.Release[:]),
		cString(u.Version[:]), cString(u.Machine[:]), "",
	}
}

// cString is the text before the first zero byte; some architectures sign it.
func cString[T int8 | uint8](chars []T) string {
	var b []byte
	for _, c := range chars {
		if c == 0 {
			break
		}
		b = append(b, byte(c))
	}
	return string(b)
}
