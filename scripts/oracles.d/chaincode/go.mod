module akcgen.oracles/chaincode

go 1.26.0

tool (
	akcgen.oracles/chaincode/asset
	akcgen.oracles/chaincode/builder
)

require github.com/hyperledger/fabric-chaincode-go v0.0.0-20220920210243-7bc6fa0dd58b

require github.com/hyperledger/fabric-protos-go v0.0.0-20220613214546-bf864f01d75e

require (
	github.com/golang/protobuf v1.5.2 // indirect
	golang.org/x/net v0.0.0-20220708220712-1185a9018129 // indirect
	golang.org/x/sys v0.0.0-20220715151400-c0bba94af5f8 // indirect
	golang.org/x/text v0.3.7 // indirect
	google.golang.org/genproto v0.0.0-20220718134204-073382fd740c // indirect
	google.golang.org/grpc v1.48.0 // indirect
	google.golang.org/protobuf v1.28.0 // indirect
)
