package checktype_test

import (
	"errors"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

func TestFaultNamesItsKey(t *testing.T) {
	cause := errors.New("missing, want host:port")
	fault := checktype.Fault{Key: "address", Err: cause}
	if got := fault.Error(); got != "address: missing, want host:port" || !errors.Is(fault, cause) {
		t.Errorf("Error = %q, want the key and the cause", got)
	}
	if got := fault.Setting(); got != "address" {
		t.Errorf("Setting = %q, want the key", got)
	}
	if got := (checktype.Fault{Err: cause}).Error(); got != cause.Error() {
		t.Errorf("Error without a key = %q, want the cause alone", got)
	}
}

func TestFaultsAreJoinedInOrder(t *testing.T) {
	var f checktype.Faults
	if err := f.Err(); err != nil {
		t.Errorf("Err of none = %v, want nil", err)
	}
	f.Add("db", "%d, want 0 or more", -1)
	f.Check(false, "key", "never")
	f.Check(true, "expect", "given without key")
	f.Join(nil)
	f.Join(errors.Join(errors.New("one"), checktype.Fault{Key: "two", Err: errors.New("bad")}))
	f.Under("basic_auth", checktype.OneSecret("password", "x", "/f"))
	f.Under("basic_auth", errors.New("incomplete"))
	f.Under("basic_auth", checktype.Fault{Err: errors.New("has no user")})
	const want = "db: -1, want 0 or more\nexpect: given without key\none\ntwo: bad\n" +
		"basic_auth.password: given beside password_file, want one of them\nbasic_auth: incomplete\nbasic_auth: has no user"
	if got := f.Err().Error(); got != want {
		t.Errorf("Err =\n%s\nwant\n%s", got, want)
	}
	var keys []string
	for _, err := range f {
		if fault, ok := errors.AsType[checktype.Fault](err); ok {
			keys = append(keys, fault.Key)
		}
	}
	if len(keys) != 6 || keys[3] != "basic_auth.password" || keys[5] != "basic_auth" {
		t.Errorf("keys = %q, want those of six faults", keys)
	}
}
