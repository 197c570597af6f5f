// A chaincode server for proofs: it stores texts, finds them by rich queries, and keeps private ones.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/hyperledger/fabric-chaincode-go/shim"
	"github.com/hyperledger/fabric-protos-go/peer"
)

type asset struct{}

func (asset) Init(shim.ChaincodeStubInterface) peer.Response { return shim.Success(nil) }

// A function with its number of arguments.
type function struct {
	arguments int
	call      func(stub shim.ChaincodeStubInterface, arguments []string) ([]byte, error)
}

var functions = map[string]function{
	"put":        {2, put},
	"get":        {1, get},
	"fill":       {2, fill},
	"query":      {1, query},
	"putPrivate": {2, putPrivate},
	"getPrivate": {2, getPrivate},
	"version":    {0, version},
}

func (asset) Invoke(stub shim.ChaincodeStubInterface) peer.Response {
	name, arguments := stub.GetFunctionAndParameters()
	function, known := functions[name]
	if !known || len(arguments) != function.arguments {
		return shim.Error(fmt.Sprintf("there is no %s with %d arguments", name, len(arguments)))
	}
	answer, err := function.call(stub, arguments)
	if err != nil {
		return shim.Error(err.Error())
	}
	return shim.Success(answer)
}

// KEY VALUE
func put(stub shim.ChaincodeStubInterface, arguments []string) ([]byte, error) {
	return nil, stub.PutState(arguments[0], []byte(arguments[1]))
}

// KEY
func get(stub shim.ChaincodeStubInterface, arguments []string) ([]byte, error) {
	return found(stub.GetState(arguments[0]))
}

// KEY BYTES: stores a text of this length, so that a transaction is as large as one wants.
func fill(stub shim.ChaincodeStubInterface, arguments []string) ([]byte, error) {
	length, err := strconv.Atoi(arguments[1])
	if err != nil {
		return nil, err
	}
	return nil, stub.PutState(arguments[0], []byte(strings.Repeat("x", length)))
}

// SELECTOR: the keys that a rich query finds, in its order. The state database must be CouchDB.
func query(stub shim.ChaincodeStubInterface, arguments []string) ([]byte, error) {
	rows, err := stub.GetQueryResult(arguments[0])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys []string
	for rows.HasNext() {
		row, err := rows.Next()
		if err != nil {
			return nil, err
		}
		keys = append(keys, row.Key)
	}
	return []byte(strings.Join(keys, " ")), nil
}

// COLLECTION KEY: the value is the transient field `value`, which no block holds.
func putPrivate(stub shim.ChaincodeStubInterface, arguments []string) ([]byte, error) {
	transient, err := stub.GetTransient()
	if err != nil {
		return nil, err
	}
	return nil, stub.PutPrivateData(arguments[0], arguments[1], transient["value"])
}

// COLLECTION KEY
func getPrivate(stub shim.ChaincodeStubInterface, arguments []string) ([]byte, error) {
	return found(stub.GetPrivateData(arguments[0], arguments[1]))
}

// The label of the package that the server answers for.
func version(shim.ChaincodeStubInterface, []string) ([]byte, error) {
	label, _, _ := strings.Cut(os.Getenv("CHAINCODE_ID"), ":")
	return []byte(label), nil
}

func found(value []byte, err error) ([]byte, error) {
	if err == nil && value == nil {
		err = fmt.Errorf("not found")
	}
	return value, err
}

func main() {
	if os.Getenv("CHAINCODE_TLS_DISABLED") != "true" {
		fmt.Fprintln(os.Stderr, "this server speaks without TLS: CHAINCODE_TLS_DISABLED must be true")
		os.Exit(1)
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	go func() {
		<-asked
		os.Exit(0)
	}()
	server := &shim.ChaincodeServer{
		CCID:     os.Getenv("CHAINCODE_ID"),
		Address:  os.Getenv("CHAINCODE_SERVER_ADDRESS"),
		CC:       asset{},
		TLSProps: shim.TLSProperties{Disabled: true},
	}
	if err := server.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
