package broken

import "testing"

func TestF(t *testing.T) { t.Error("broken") }
