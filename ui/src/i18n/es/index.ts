import common from "./common.json";
import account from "./account.json";
import inbox from "./inbox.json";
import profile from "./profile.json";

export default { common, account, inbox, profile };
