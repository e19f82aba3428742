package checktype_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// Licence passes while the licence server accepts the key. It is a check type of
// another project.
type Licence struct {
	Server  string            `yaml:"server"`
	Key     checks.Secret     `yaml:"key"`
	KeyFile checks.SecretFile `yaml:"key_file"`
}

func (Licence) Type() string { return "licence" }

func (l Licence) Build() (checks.Func, error) {
	var f checktype.Faults
	f.Check(l.Server == "", "server", "missing, want host:port")
	f.Check(l.Key == "" && l.KeyFile == "", "key", "missing")
	f.Join(checktype.OneSecret("key", l.Key, l.KeyFile))
	if err := f.Err(); err != nil {
		return nil, err
	}
	return l.run, nil
}

func (l Licence) run(ctx context.Context) (string, error) {
	key, err := checktype.ReadSecret(ctx, l.Key, l.KeyFile) // Announces it: see LearnSecret.
	if err != nil {
		return "", err
	}
	return "the licence is valid", ask(l.Server, key)
}

// ask stands for the protocol of a licence server, which repeats the key.
func ask(_, key string) error {
	return checks.Fail(checks.ReasonAuth, errors.New("unknown key "+key))
}

func Example() {
	_, err := checks.New("licence", Licence{Key: "a", KeyFile: "/run/secrets/licence"})
	fmt.Println(err)

	check, err := checks.New("licence", Licence{Server: "licences.example.org:27000", Key: "L1C-4711"})
	fmt.Println(check.Type, err)

	learnt := checktype.WithSecretReceiver(context.Background(), func(secret string) { fmt.Println("to be masked:", secret) })
	_, err = check.Func(learnt)
	fmt.Println(checks.ReasonOf(err), "-", err)
	// Output:
	// check "licence": licence: server: missing, want host:port
	// check "licence": licence: key: given beside key_file, want one of them
	// licence <nil>
	// to be masked: L1C-4711
	// auth - unknown key L1C-4711
}
