package good_test

import "testing"

func TestPasses(t *testing.T) { t.Log("words of a test that passes") }

func TestNeedsHaproxy(t *testing.T) { t.Skip("no haproxy on this machine") }
