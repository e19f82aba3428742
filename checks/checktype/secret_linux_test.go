package checktype_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

func TestFilesOfTheKernelThatBlockAreRefused(t *testing.T) {
	t.Parallel()
	const file = "/proc/kmsg"
	if f, err := os.Open(file); err != nil {
		t.Skip(err)
	} else {
		f.Close()
	}
	began := time.Now()
	_, err := checktype.ReadSecret(t.Context(), "", checks.SecretFile(file))
	_, pem := checktype.ReadPEM(file)
	for _, err := range []error{err, pem} {
		if err == nil || !strings.Contains(err.Error(), "could not be read within 2s") && !strings.Contains(err.Error(), "is larger than") {
			t.Errorf("%v, want an end", err)
		}
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %v, want 2s for each", took)
	}
}
