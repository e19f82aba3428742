package instance

// Settings returns the settings of a check in the configuration in use as YAML
// without secrets. It is empty if there is no such check.
func (i *Instance) Settings(check string) string {
	text, err := i.current.value.Load().config.CheckYAML(check, i.scrubber)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
