// The builder for chaincode as a service that Fabric's peer images hold in /opt/hyperledger/ccaas_builder/bin, of
// which no registry has a copy. It is detect, build or release, by the name that it is called by:
//
//	detect SOURCE METADATA
//	build SOURCE METADATA OUTPUT
//	release OUTPUT RELEASE
//
// The texts of connection.json are templates over the JSON in CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

const (
	configuration = "CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG"
	connection    = "connection.json"
	indexes       = "META-INF/statedb"
)

type phase struct {
	arguments int
	run       func(arguments []string) error
}

var phases = map[string]phase{"detect": {2, detect}, "build": {3, build}, "release": {2, release}}

func main() {
	name, arguments := filepath.Base(os.Args[0]), os.Args[1:]
	phase, known := phases[name]
	err := fmt.Errorf("there is no phase %s with %d arguments", name, len(arguments))
	if known && len(arguments) == phase.arguments {
		err = phase.run(arguments)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func detect(arguments []string) error {
	var metadata struct{ Type string }
	if err := read(filepath.Join(arguments[1], "metadata.json"), &metadata); err != nil {
		return err
	}
	if metadata.Type != "ccaas" {
		return fmt.Errorf("packages of type %q are not built here", metadata.Type)
	}
	return nil
}

func build(arguments []string) error {
	source, output := arguments[0], arguments[2]
	var fields, given map[string]any
	if err := read(filepath.Join(source, connection), &fields); err != nil {
		return err
	}
	if text := os.Getenv(configuration); text != "" {
		if err := json.Unmarshal([]byte(text), &given); err != nil {
			return fmt.Errorf("%s: %w", configuration, err)
		}
	}
	for key, value := range fields {
		if text, is := value.(string); is {
			filled, err := fill(text, given)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", connection, key, err)
			}
			fields[key] = filled
		}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(output, connection), text, 0o600); err != nil {
		return err
	}
	return carry(filepath.Join(source, indexes), filepath.Join(output, indexes))
}

func release(arguments []string) error {
	output, release := arguments[0], arguments[1]
	server := filepath.Join(release, "chaincode/server")
	if err := os.MkdirAll(server, 0o750); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(output, connection))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(server, connection), text, 0o600); err != nil {
		return err
	}
	return carry(filepath.Join(output, indexes), filepath.Join(release, "statedb"))
}

func fill(text string, given map[string]any) (string, error) {
	parsed, err := template.New(text).Option("missingkey=error").Parse(text)
	if err != nil {
		return "", err
	}
	var filled strings.Builder
	err = parsed.Execute(&filled, given)
	return filled.String(), err
}

func read(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// Copies a folder where there is one.
func carry(from, to string) error {
	if _, err := os.Stat(from); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return os.CopyFS(to, os.DirFS(from))
}
