//go:build unix

package listen

import "testing"

func TestTheLimitOfFilesIsThatOfTheProcess(t *testing.T) {
	if got := descriptorLimit(); got < 16 || got > 1<<20 {
		t.Errorf("%d files, want the limit of the process, at most 1<<20", got)
	}
}
