import common from "./common.json";
import account from "./account.json";
import inbox from "./inbox.json";
import playground from "./playground.json";
import profile from "./profile.json";

export default { common, account, inbox, playground, profile };
