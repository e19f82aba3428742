package config_test

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden results and the want lines of the bad files anew")

// canary stands in the files wherever a secret can; no message may have it.
const canary = "CANARY-s3cr3t-9f27"

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
